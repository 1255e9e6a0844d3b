namespace MIOpenDarts.Layers.Backends.Cpu.Simd;

/// <summary>Masks for the first lanes of a vector.</summary>
internal static class LaneMask
{
    /// <summary>Lanes of the widest vector.</summary>
    public const int Lanes = 16;

    /// <summary>
    /// As many ones as the widest vector has lanes, then as many zeros: a load at Lanes − n is a mask of the first n lanes.
    /// </summary>
    public static ReadOnlySpan<int> FirstLanes =>
    [
        -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1,
        0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    ];
}
