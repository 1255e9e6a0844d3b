using MIOpenDarts.Layers.Backends.Cpu.Building;
using MIOpenDarts.Layers.Backends.Cpu.Memory;
using MIOpenDarts.Layers.Backends.Cpu.Simd;

namespace MIOpenDarts.Layers.Backends.Cpu.Separable;

/// <summary>What the backward pass needs beyond <see cref="SeparableCall"/>.</summary>
internal unsafe struct SeparableGradient
{
    // 256 KiB: leaves most of an L2 of 1 MiB to the images, tiles and filters that the same work touches.
    private const int MiddleFloats = 65536;

    // 32 KiB of dx at most, and no more rows than amortise what a pair of them costs at its ends.
    private const int DiffRowsFloats = 8192, MostDiffRows = 8;

    public SeparableCall Call;
    public DiffLayout Diff;

    /// <summary>Whether filters get a gradient.</summary>
    public bool WeightGradients;

    /// <summary>Gradient of the source [N,H,W,C], or none where nobody needs it.</summary>
    public ChannelSegments DiffSrc;

    /// <summary>
    /// Branches whose du lie in a thread's memory at a time, so that they are still in L2 when the source's gradient
    /// gathers them: a part of the call.
    /// </summary>
    public int Together;

    /// <summary>[parts]: the filters of a part's branches over the gradients of their depthwise outputs, with their lists.</summary>
    public RotatedFilter* Rotated;
    public TapList* Lists;

    /// <summary>[groups][2][C]: Σdy and Σdy·x̂ of a normalised source.</summary>
    public double* SourceSums;

    /// <summary>
    /// In a thread's memory: du of a part's branches, tile of du, some rows of dx by remainder, the same in order, sums by pattern, dx of
    /// the parts so far.
    /// </summary>
    public nint Middles, DiffTile, DiffRows, Row, RowSums, PartSums;

    /// <summary>Rows of dx that are in work at a time, a multiple of the stride.</summary>
    public int RowsTogether;

    /// <summary>Parts of the call.</summary>
    public readonly int Parts => (Call.Count + Together - 1) / Together;

    /// <summary>Floats of one image of dx, by remainder.</summary>
    public readonly nint PartFloats => Call.Source.Height * Call.Source.RowFloats;

    /// <summary>Takes the memory; <see cref="SeparableCall.Describe"/> comes first.</summary>
    public void LayOut(int vectorWidth, ref BumpAllocator cursor, ref BumpAllocator thread)
    {
        var source = Call.Source;
        var pattern = source.Period * vectorWidth;
        nint tile = 0;
        Diff = new DiffLayout(source, vectorWidth);
        for (var i = 0; i < Call.Count; i++) Diff.Cover(Call.Branches[i].Geometry);
        Together = Math.Clamp((int)(MiddleFloats / Diff.Floats), 1, Call.Count);
        // Some of the branches may have narrower borders, so that more of them go together: the room for all serves any choice.
        Middles = thread.TakeOffset(Math.Max(Together * Diff.Floats, Math.Min(Call.Count * Diff.Floats, (nint)MiddleFloats)));
        for (var i = 0; i < Call.Count; i++)
        {
            ref var b = ref Call.Branches[i];
            tile = Math.Max(tile, (nint)b.TileRows * b.Width * source.Channels);
            b.DiffMiddle = Middles + i % Together * Diff.Floats;
            b.LayOutGradient(ref cursor, Call.Groups.Count, pattern, vectorWidth);
        }

        var classes = source.StrideH * source.StrideW;
        for (var part = 0; part < Parts; part++)
        {
            var taps = 0;
            for (var branch = First(part); branch < End(part); branch++) taps += Call.Branches[branch].Window.Taps;
            Rotated[part].LayOut(source, Diff, Lists + part * classes, taps, vectorWidth, ref cursor);
        }

        SourceSums = cursor.Take<double>(Call.Groups.Count * 2 * source.Channels);
        DiffTile = thread.TakeOffset(tile + vectorWidth);
        var rows = Math.Max(1, (int)(DiffRowsFloats / (source.RowFloats * source.StrideH)));
        // Fours, if there is room for them: two pairs of a dilated filter's rows.
        RowsTogether = Math.Min(MostDiffRows, rows < 4 ? rows : rows / 4 * 4) * source.StrideH;
        DiffRows = thread.TakeOffset(RowsTogether * source.RowFloats + vectorWidth, Middles);
        Row = thread.TakeOffset((nint)source.Width * source.Channels + vectorWidth);
        RowSums = thread.TakeOffset(2 * pattern);
        PartSums = thread.TakeOffset(Parts > 1 ? 2 * PartFloats : 0, Middles);
        // A run with fewer taps than the kernel that sums it reads past its end.
        thread.TakeOffset(2 * TapRun.MostTaps * pattern);
    }

    /// <summary>Copies addresses and the vectors of batch norms.</summary>
    public void Fill(ReadOnlySpan<SeparableBranch<float>> branches, bool weightGradients, Scratchpad scratch, int vectorWidth)
    {
        Call.Fill(branches, scratch, vectorWidth);
        for (var i = 0; i < branches.Length; i++) Call.Branches[i].FillGradient(branches[i], vectorWidth);
        WeightGradients = weightGradients;
        var diffSrc = branches[0].NormalizedSrc is { } normalized ? normalized.Diff : branches[0].Src.Diff;
        DiffSrc = diffSrc is null ? default : new ChannelSegments(diffSrc);
    }

    /// <summary>Number of <see cref="Lists"/>.</summary>
    public readonly int TapLists => Parts * Call.Source.StrideH * Call.Source.StrideW;

    /// <summary>Collects the taps of one part that read source pixels with one remainder.</summary>
    public readonly void Rotate<S, V>(int i)
        where S : struct, ISimd<V>
    {
        var remainders = Call.Source.StrideH * Call.Source.StrideW;
        var (part, remainder) = (i / remainders, i % remainders);
        ref var rotated = ref Rotated[part];
        rotated.Lists[remainder].Clear();
        for (var branch = First(part); branch < End(part); branch++)
        {
            ref var b = ref Call.Branches[branch];
            rotated.Append(remainder, b.Taps, b.Geometry, branch % Together * Diff.Floats);
        }

        rotated.Close<S, V>(remainder);
    }

    /// <summary>First branch of a part.</summary>
    public readonly int First(int part) => part * Together;

    /// <summary>Number of the branch after the last one of a part.</summary>
    public readonly int End(int part) => Math.Min(First(part) + Together, Call.Count);
}
