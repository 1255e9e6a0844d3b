namespace MIOpenDarts.Layers.Backends.Cpu.Building;

/// <summary>An expression over numbers that lie one after the other.</summary>
internal interface IElementwise
{
    /// <summary>
    /// Computes elements i … i + count − 1; count is at most a vector. <paramref name="p"/> is the place of i in the pattern of
    /// channels, which repeats every period.
    /// </summary>
    void Apply(long i, int p, int count);
}
