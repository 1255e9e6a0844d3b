using MIOpenDarts.Layers.Backends.Cpu.Building;
using MIOpenDarts.Layers.Backends.Cpu.Memory;
using MIOpenDarts.Layers.Backends.Cpu.Simd;
using MIOpenDarts.Layers.Tensors;

namespace MIOpenDarts.Layers.Backends.Cpu.Separable;

/// <summary>
/// Everything that the threads need for branches with one source, in unmanaged memory: the source and its bordered copy, the
/// branches, and where things lie in a thread's memory.
/// </summary>
internal unsafe struct SeparableCall
{
    public int Images;
    public SourceLayout Source;

    /// <summary>x: [N,H,W,C].</summary>
    public ChannelSegments Src;

    /// <summary>Patterns of the batch norm before the ReLU: x̂ = scale·x + shift; null where there is none.</summary>
    public float* Scale, Shift;

    public int Count;
    public BranchCall* Branches;

    /// <summary>Each thread's memory, which the calls of one piece of work use in turn.</summary>
    public float* Threads;
    public nint FloatsPerThread;

    /// <summary>[threads]: number of the call whose borders of zeros lie in a thread's memory; zero: of none.</summary>
    public int* BorderOwner;

    /// <summary>Number of this call, from one.</summary>
    public int CallId;

    /// <summary>In a thread's memory: bordered source, tile of depthwise outputs, tile of z or dz, sums by output pattern.</summary>
    public nint Rectified, Middle, Tile, Sums;

    /// <summary>Most groups of images with one partial weight gradient each.</summary>
    public int MostGroups;

    /// <summary>These groups.</summary>
    public readonly ImageGroups Groups => new(Images, MostGroups);

    /// <summary>Reads the geometry of branches that share a source and lays out their filters.</summary>
    public void Describe(ReadOnlySpan<SeparableBranch<float>> branches, int vectorWidth, ref BumpAllocator cursor, ref BumpAllocator thread)
    {
        var src = branches[0].Src.Shape;
        var border = 0;
        foreach (var b in branches)
            if (b.Depthwise is not null) border = Math.Max(border, Math.Max(b.Window.PaddingH, b.Window.PaddingW));
        var (strideH, strideW) = Strides(branches[0]);
        (Images, Count) = (src.N, branches.Length);
        Source = new SourceLayout(src.H, src.W, src.C, border, strideH, strideW, vectorWidth);
        if (branches[0].NormalizedSrc is not null)
        {
            Scale = cursor.Take(Source.Period * vectorWidth);
            Shift = cursor.Take(Source.Period * vectorWidth);
        }

        nint middle = 0, tile = 0, sums = 0;
        for (var i = 0; i < branches.Length; i++)
        {
            ref var b = ref Branches[i];
            b.Describe(branches[i], vectorWidth);
            b.LayOut(ref cursor, Source, Images, vectorWidth);
            middle = Math.Max(middle, (nint)b.TileRows * b.Width * src.C);
            tile = Math.Max(tile, (nint)b.TileRows * b.Width * b.Outputs);
            sums = Math.Max(sums, 3 * b.OutputPeriod * vectorWidth);
        }

        Rectified = thread.TakeOffset(Source.Floats + vectorWidth);
        Middle = thread.TakeOffset(middle + vectorWidth, Rectified);
        Tile = thread.TakeOffset(tile + vectorWidth);
        Sums = thread.TakeOffset(sums);
    }

    /// <summary>Copies addresses and the normalisation.</summary>
    public void Fill(ReadOnlySpan<SeparableBranch<float>> branches, Scratchpad scratch, int vectorWidth)
    {
        Threads = scratch.Threads;
        FloatsPerThread = scratch.FloatsPerThread;
        Src = new ChannelSegments(branches[0].Src);
        if (branches[0].NormalizedSrc is { } normalized)
        {
            var length = Source.Period * vectorWidth;
            var mean = (float*)normalized.Norm.Mean.Address;
            var inverse = (float*)normalized.Norm.InverseDeviation.Address;
            ChannelPattern.Fill(Scale, inverse, Source.Channels, length);
            for (var j = 0; j < length; j++) Shift[j] = -mean[j % Source.Channels] * Scale[j];
        }

        for (var i = 0; i < branches.Length; i++)
        {
            Branches[i].Dst = (float*)branches[i].Dst.Value.Address;
            Branches[i].Pointwise = (float*)branches[i].Pointwise.Address;
            Branches[i].Depthwise = branches[i].Depthwise is { } filter ? (float*)filter.Address : null;
        }
    }

    /// <summary>
    /// The bordered, rectified copy of image <paramref name="n"/> in the memory of <paramref name="thread"/>; its border is cleared when
    /// the call begins there.
    /// </summary>
    public readonly float* Rectify<S, V>(int n, int thread)
        where S : struct, ISimd<V>
    {
        var copy = Threads + thread * FloatsPerThread + Rectified;
        if (BorderOwner[thread] != CallId)
        {
            new Span<float>(copy, (int)Source.Floats + S.Width).Clear();
            BorderOwner[thread] = CallId;
        }

        PadCopy<S, V>.Image<Relu<S, V>>(Source, SourceAt(n, 0), Scale, Shift, copy);
        return copy;
    }

    /// <summary>
    /// Rows first … first + rows − 1 of a branch's depthwise output, packed: [rows,W',C]. Returns where they are: in the thread's tile or,
    /// without a depthwise filter, if possible in the source itself.
    /// </summary>
    public readonly float* Depthwise<S, V>(in BranchCall branch, float* x, int first, int rows, float* memory)
        where S : struct, ISimd<V>
    {
        var (length, row) = (branch.Width * Source.Channels, Source.StrideH * Source.RowFloats);
        if (!branch.HasDepthwise && Source.Border == 0 && Source.RowFloats == length) return x + first * Source.RowFloats;
        DepthwiseKernel<S, V>.Rows(
            memory + Middle, length, null, (length + S.Width - 1) / S.Width, x + first * row, row, rows, branch.Taps, Source.Period,
            default(NoPrefetch));
        return memory + Middle;
    }

    /// <summary>Row <paramref name="h"/> of image <paramref name="n"/> of the source, or none after the last image.</summary>
    public readonly ChannelSegments SourceAt(int n, int h) => n < Images ? Src.From(((long)n * Source.Height + h) * Source.Width) : default;

    /// <summary>Distance between two outputs; a branch without depthwise filter reads every pixel.</summary>
    public static (int H, int W) Strides(SeparableBranch<float> branch) =>
        branch.Depthwise is null ? (1, 1) : (branch.Window.StrideH, branch.Window.StrideW);
}
