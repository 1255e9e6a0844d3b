using MIOpenDarts.Layers.Backends.Cpu.Memory;

namespace MIOpenDarts.Layers.Backends.Cpu.Building;

/// <summary>Taps with their weights, sorted into runs, and these into groups.</summary>
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

    /// <summary>[GroupCount].</summary>
    public TapGroup* Groups;

    /// <summary>Number of groups.</summary>
    public int GroupCount;

    private float* factors;

    // [Collected]: what is to be appended next.
    private nint* offsets;
    private int* collected;
    private int left;

    /// <summary>Takes memory for <paramref name="taps"/> taps.</summary>
    public void LayOut(int taps, nint pattern, ref BumpAllocator cursor)
    {
        Runs = (TapRun*)cursor.Take((nint)taps * sizeof(TapRun) / sizeof(float));
        Numbers = cursor.Take<int>(taps);
        Weights = cursor.Take(taps * pattern);
        Groups = (TapGroup*)cursor.Take((nint)taps * sizeof(TapGroup) / sizeof(float));
        factors = cursor.Take(2 * taps * pattern);
        offsets = cursor.Take<nint>(taps);
        collected = cursor.Take<int>(taps);
    }

    /// <summary>Begins anew.</summary>
    public void Clear() => (Count, Taps, left) = (0, 0, 0);

    /// <summary>Notes a tap that the caller knows by a number, at <paramref name="offset"/> (in floats).</summary>
    public void Collect(nint offset, int number) => (offsets[left], collected[left++]) = (offset, number);

    /// <summary>Sorts the taps that were collected into runs and appends these.</summary>
    /// <param name="pattern">Floats of a channel pattern.</param>
    /// <param name="isAscending">Whether a run begins with the smallest offset that is left, or with the first collected.</param>
    public void Append(nint pattern, bool isAscending)
    {
        var places = new Span<nint>(offsets, left);
        if (isAscending) places.Sort(new Span<int>(collected, left));
        for (var first = 0; left > 0;)
        {
            while (places[first] == Used) first++;
            var run = new TapRun { Offset = places[first], Spacing = places.Contains(places[first] + pattern) ? 1 : 2 };
            for (var at = first; at >= 0 && run.Taps < TapRun.MostTaps; at = places.IndexOf(run.Offset + run.Taps * run.Spacing * pattern))
            {
                Numbers[Taps++] = collected[at];
                places[at] = Used;
                run.Taps++;
                left--;
            }

            // A single tap goes with any spacing; one keeps it beside others of its filter.
            if (run.Taps == 1) run.Spacing = 1;
            Runs[Count++] = run;
        }
    }

    /// <summary>Sorts the runs into groups, once all are there.</summary>
    /// <param name="pattern">Floats of a channel pattern.</param>
    /// <param name="row">Floats between what two rows of outputs read, if squares are wanted; otherwise zero.</param>
    public void Group(nint pattern, nint row)
    {
        // One there is always, as what no tap contributes to has to be written too.
        GroupCount = 1;
        Groups[0] = new TapGroup { Runs = Runs, Weights = Weights };
        float* weights = Weights, free = factors;
        for (var r = 0; r < Count;)
        {
            var apart = row == 0 ? 0 : RowsApart(r, row);
            if (r == 0) Groups[0].Apart = apart;
            else if (apart > 0 || Groups[GroupCount - 1].Apart > 0)
                Groups[GroupCount++] = new TapGroup { Runs = Runs + r, Weights = weights, Apart = apart };
            ref var group = ref Groups[GroupCount - 1];
            var end = r + (apart > 0 ? Runs[r].Taps : 1);
            group.Count += end - r;
            for (; r < end; r++) weights += Runs[r].Taps * pattern;
            if (apart == 0) continue;
            group.Factors = free;
            free += group.FactorCount * pattern;
        }
    }

    /// <summary>Rows of outputs from one run to the next of the square that begins with this run; zero: there is none.</summary>
    private readonly int RowsApart(int first, nint row)
    {
        ref var run = ref Runs[first];
        if (run.Taps is not (3 or 5) || first + run.Taps > Count) return 0;
        var step = Runs[first + 1].Offset - run.Offset;
        for (var i = 1; i < run.Taps; i++)
        {
            ref var other = ref Runs[first + i];
            if (other.Taps != run.Taps || other.Spacing != run.Spacing || other.Offset - run.Offset != i * step) return 0;
        }

        return step % row == 0 ? (int)(step / row) : 0;
    }

    private const int Used = int.MinValue;
}
