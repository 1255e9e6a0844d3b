namespace MIOpenDarts.Interop.Kernels;

/// <summary>Size of a grid in work-groups, or of a work-group in threads.</summary>
/// <param name="X">Along x.</param>
/// <param name="Y">Along y.</param>
/// <param name="Z">Along z.</param>
public readonly record struct Dim3(uint X, uint Y = 1, uint Z = 1)
{
    /// <summary>The product of the three.</summary>
    public ulong Count => (ulong)X * Y * Z;

    /// <summary>"(2, 3, 1)".</summary>
    public override string ToString() => $"({X}, {Y}, {Z})";
}
