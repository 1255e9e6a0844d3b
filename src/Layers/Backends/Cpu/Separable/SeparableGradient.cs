using MIOpenDarts.Layers.Backends.Cpu.Memory;
using MIOpenDarts.Layers.Backends.Cpu.Tiles;

namespace MIOpenDarts.Layers.Backends.Cpu.Separable;

/// <summary>What the way back needs beyond <see cref="SeparableCall"/>.</summary>
internal unsafe struct SeparableGradient
{
    public SeparableCall Call;
    public DiffLayout Diff;

    /// <summary>Whether filters get a gradient.</summary>
    public bool WeightGradients;

    /// <summary>Gradient of the source [N,H,W,C], or null where nobody needs it.</summary>
    public float* DiffSrc;

    /// <summary>
    /// [StrideH][StrideW]: the taps of all branches that read source pixels with these remainders of row and column, as runs in
    /// the gradients of the depthwise outputs.
    /// </summary>
    public TapList* Flipped;

    /// <summary>[groups][2][C]: Σdy and Σdy·x̂ of a normalised source.</summary>
    public double* SourceSums;

    /// <summary>In a thread's memory: du of all branches, tile of du, a row of dx by remainder, the same in order, sums by pattern.</summary>
    public nint Middles, DiffTile, DiffRow, Row, RowSums;


    /// <summary>Takes the memory; <see cref="SeparableCall.Describe"/> comes first.</summary>
    public void LayOut(int vectorWidth, ref MemoryCursor cursor, ref MemoryCursor thread)
    {
        var source = Call.Source;
        var (pattern, taps) = (source.Period * vectorWidth, 0);
        nint tile = 0;
        Diff = DiffLayout.For(source, Call.Branches, Call.Count, vectorWidth);
        Middles = thread.TakeOffset(Call.Count * Diff.Floats);
        for (var i = 0; i < Call.Count; i++)
        {
            ref var b = ref Call.Branches[i];
            taps += b.Window.Taps;
            tile = Math.Max(tile, (nint)b.TileRows * b.Width * source.Channels);
            b.DiffMiddle = Middles + i * Diff.Floats;
            b.LayOutGradient(ref cursor, Call.Groups, pattern, vectorWidth);
        }

        Flipped = cursor.Take<TapList>(source.StrideH * source.StrideW);
        for (var remainder = 0; remainder < source.StrideH * source.StrideW; remainder++)
        {
            var list = default(TapList);
            list.LayOut(taps, pattern, ref cursor);
            if (cursor.IsReal) Flipped[remainder] = list;
        }

        SourceSums = cursor.Take<double>(Call.Groups * 2 * source.Channels);
        DiffTile = thread.TakeOffset(tile + vectorWidth);
        DiffRow = thread.TakeOffset(source.RowFloats + vectorWidth);
        Row = thread.TakeOffset((nint)source.Width * source.Channels + vectorWidth);
        RowSums = thread.TakeOffset(2 * pattern);
        // A run with fewer taps than the kernel that sums it reads past its end.
        thread.TakeOffset(2 * TapRun.MostTaps * pattern);
    }

    /// <summary>Sorts the taps by the remainder of the source pixels that they read.</summary>
    public readonly void Flip(int vectorWidth)
    {
        for (var remainder = 0; remainder < Call.Source.StrideH * Call.Source.StrideW; remainder++)
        {
            ref var list = ref Flipped[remainder];
            (list.Count, list.Taps) = (0, 0);
            for (var i = 0; i < Call.Count; i++) Append(ref list, i, remainder, Call.Source.Period * vectorWidth);
        }
    }

    private readonly void Append(ref TapList list, int branch, int remainder, int pattern)
    {
        var source = Call.Source;
        ref var b = ref Call.Branches[branch];
        Span<nint> offsets = stackalloc nint[b.Window.Taps];
        Span<int> numbers = stackalloc int[b.Window.Taps];
        var count = 0;
        for (var i = 0; i < b.Window.Taps; i++)
        {
            // The branch's packed weights are in the order of its runs.
            var t = b.Taps.Numbers[i];
            var row = remainder / source.StrideW - b.TapRow(t, source);
            var column = remainder % source.StrideW - b.TapColumn(t, source);
            if (row % source.StrideH != 0 || column % source.StrideW != 0) continue;
            offsets[count] = branch * Diff.Floats + Diff.At(row / source.StrideH, column / source.StrideW, source.Channels);
            numbers[count++] = i;
        }

        // Ascending, as runs are.
        offsets[..count].Sort(numbers[..count]);
        var before = list.Taps;
        list.Append(offsets[..count], numbers[..count], pattern);
        for (var t = before; t < list.Taps; t++)
            new Span<float>(b.Taps.Weights + (nint)list.Numbers[t] * pattern, pattern)
                .CopyTo(new Span<float>(list.Weights + (nint)t * pattern, pattern));
    }
}
