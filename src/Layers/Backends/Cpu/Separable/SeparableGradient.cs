using MIOpenDarts.Layers.Backends.Cpu.Tiles;
using MIOpenDarts.Layers.Backends.Cpu.Memory;

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

    private nint* flippedOffsets;
    private float* flippedWeights;

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
            taps += b.Taps.Count;
            tile = Math.Max(tile, (nint)b.TileRows * b.Width * source.Channels);
            b.DiffMiddle = Middles + i * Diff.Floats;
            b.LayOutGradient(ref cursor, Call.Groups, pattern, vectorWidth);
        }

        Flipped = cursor.Take<TapList>(source.StrideH * source.StrideW);
        flippedOffsets = cursor.Take<nint>(taps);
        flippedWeights = cursor.Take((nint)taps * pattern);
        SourceSums = cursor.Take<double>(Call.Groups * 2 * source.Channels);
        DiffTile = thread.TakeOffset(tile + vectorWidth);
        DiffRow = thread.TakeOffset(source.RowFloats + vectorWidth);
        Row = thread.TakeOffset((nint)source.Width * source.Channels + vectorWidth);
        RowSums = thread.TakeOffset(2 * pattern);
    }

    /// <summary>Sorts the taps by the remainder of the source pixels that they read.</summary>
    public readonly void Flip(int vectorWidth)
    {
        var (source, pattern) = (Call.Source, Call.Source.Period * vectorWidth);
        var offsets = flippedOffsets;
        var weights = flippedWeights;
        for (var remainder = 0; remainder < source.StrideH * source.StrideW; remainder++)
        {
            ref var list = ref Flipped[remainder];
            list = new TapList { Offsets = offsets, Weights = weights };
            for (var i = 0; i < Call.Count; i++)
            {
                ref var b = ref Call.Branches[i];
                for (var t = 0; t < b.Taps.Count; t++)
                {
                    var row = remainder / source.StrideW - b.TapRow(t, source);
                    var column = remainder % source.StrideW - b.TapColumn(t, source);
                    if (row % source.StrideH != 0 || column % source.StrideW != 0) continue;
                    list.Offsets[list.Count] = i * Diff.Floats + Diff.At(row / source.StrideH, column / source.StrideW, source.Channels);
                    new Span<float>(b.Taps.Weights + (nint)t * pattern, pattern).CopyTo(new Span<float>(weights + (nint)list.Count * pattern, pattern));
                    list.Count++;
                }
            }

            offsets += list.Count;
            weights += (nint)list.Count * pattern;
        }
    }
}
