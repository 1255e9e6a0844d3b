using MIOpenDarts.Layers.Backends.Cpu.Memory;

namespace MIOpenDarts.Layers.Backends.Cpu.Tiles;

/// <summary>Taps with their weights, sorted into runs.</summary>
internal unsafe struct TapList
{
    /// <summary>[Count].</summary>
    public TapRun* Runs;

    /// <summary>Number of runs.</summary>
    public int Count;

    /// <summary>Number of taps of all runs.</summary>
    public int Taps;

    /// <summary>[Taps]: the caller's number of each tap, in the order of the runs.</summary>
    public int* Numbers;

    /// <summary>[Taps][one channel pattern].</summary>
    public float* Weights;

    /// <summary>Whether <see cref="Pairs"/> serve: runs of three and five taps.</summary>
    public bool Paired;

    /// <summary>[g, g + h, h of every pair of taps of a run, then its last tap][one channel pattern].</summary>
    public float* Pairs;

    /// <summary>Takes memory for <paramref name="taps"/> taps.</summary>
    public void LayOut(int taps, nint pattern, ref MemoryCursor cursor)
    {
        Runs = (TapRun*)cursor.Take((nint)taps * sizeof(TapRun) / sizeof(float));
        Numbers = cursor.Take<int>(taps);
        Weights = cursor.Take(taps * pattern);
        Pairs = cursor.Take((taps + taps / 2) * pattern);
    }

    /// <summary>
    /// Sorts the taps at <paramref name="offsets"/> (in floats) into runs and appends these. A number belongs to each offset.
    /// </summary>
    public void Append(Span<nint> offsets, ReadOnlySpan<int> numbers, nint pattern)
    {
        var (left, first) = (offsets.Length, 0);
        while (left > 0)
        {
            while (offsets[first] == Used) first++;
            var run = new TapRun { Offset = offsets[first], Spacing = offsets.Contains(offsets[first] + pattern) ? 1 : 2 };
            for (var at = first; at >= 0 && run.Taps < TapRun.MostTaps; at = offsets.IndexOf(run.Offset + run.Taps * run.Spacing * pattern))
            {
                Numbers[Taps++] = numbers[at];
                offsets[at] = Used;
                run.Taps++;
                left--;
            }

            // A single tap goes with any spacing; one keeps it beside others of its filter.
            if (run.Taps == 1) run.Spacing = 1;
            Runs[Count++] = run;
        }
    }

    /// <summary>
    /// Makes the pairs from the weights, if there is something to gain: three taps cost as much in pairs as one by one, and only AVX-512
    /// has registers for all the sums.
    /// </summary>
    public void Pair(int pattern, int vectorWidth)
    {
        var five = false;
        Paired = vectorWidth == 16;
        for (var r = 0; r < Count && Paired; r++)
        {
            five |= Runs[r].Taps == 5;
            Paired = Runs[r].Taps is 3 or 5;
        }

        Paired &= five;
        float* g = Weights, f = Pairs;
        for (var r = 0; r < Count && Paired; r++)
        {
            for (var t = Runs[r].Taps; t > 1; t -= 2, g += 2 * pattern, f += 3 * pattern)
                for (var c = 0; c < pattern; c++) (f[c], f[pattern + c], f[2 * pattern + c]) = (g[c], g[c] + g[pattern + c], g[pattern + c]);
            new Span<float>(g, pattern).CopyTo(new Span<float>(f, pattern));
            g += pattern;
            f += pattern;
        }
    }

    private const int Used = int.MinValue;
}
