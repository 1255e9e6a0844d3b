namespace MIOpenDarts.Layers.Backends.Cpu.Building;

/// <summary>
/// Runs that are computed together: all taps of a square filter for <see cref="WinogradDepthwise{S,V}"/>, as many runs as each of these has
/// taps, three or five, at equal distances; or any others, one after the other.
/// </summary>
internal unsafe struct TapGroup
{
    /// <summary>[Count].</summary>
    public TapRun* Runs;

    /// <summary>Number of runs.</summary>
    public int Count;

    /// <summary>[taps of all runs][one channel pattern].</summary>
    public float* Weights;

    /// <summary>Of a square: [vectors of the pattern][products][factors of a product][one vector].</summary>
    public float* Factors;

    /// <summary>Of a square: floats from one run to the next.</summary>
    public readonly nint RowStep => Runs[1].Offset - Runs[0].Offset;

    /// <summary>Factors of a channel: four products of three, or seven of seven.</summary>
    public readonly int FactorCount => Count == 3 ? 12 : 49;

    /// <summary>Of a square: rows of outputs from one to the one that reads what its second run reads; of others zero.</summary>
    public int Apart;

    /// <summary>
    /// Of <paramref name="rows"/> rows of outputs, the number of first rows that <see cref="WinogradDepthwise{S,V}"/> computes;
    /// <paramref name="columns"/> are those of a row in channel patterns. On short rows pairs would cost more than they save; five taps
    /// take two columns at a time.
    /// </summary>
    public readonly int PairedRows(int rows, int columns)
    {
        if (Apart == 0 || columns < (Count == 3 ? 4 : 8) * Runs->Spacing || columns % (2 * Runs->Spacing) != 0) return 0;
        return rows - rows % (2 * Apart);
    }
}
