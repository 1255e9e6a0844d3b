using MIOpenDarts.Layers.Backends.Cpu.Building;
using MIOpenDarts.Layers.Backends.Cpu.Memory;
using MIOpenDarts.Layers.Backends.Cpu.Simd;
using MIOpenDarts.Layers.Backends.Cpu.Threads;
using MIOpenDarts.Layers.Tensors;

namespace MIOpenDarts.Layers.Backends.Cpu.FactorizedReduce;

/// <summary>Half of the channels of a reduction: the pixels from (shift, shift) on.</summary>
internal unsafe struct Half
{
    public int Shift, First, Channels;

    /// <summary>[I][channels] or, in the backward pass, [channels][I].</summary>
    public PackedFilter Filter;

    /// <summary>[groups][I][channels rounded up].</summary>
    public float* Sums;
    public long Floats;

    public void LayOut<S, V>(Tensor<float> filter, int shift, int first, int groups, bool transposed, ref BumpAllocator cursor)
        where S : struct, ISimd<V>
        where V : struct
    {
        var (outputs, inputs) = (filter.Shape.N, filter.Shape.C);
        (Shift, First, Channels) = (shift, first, outputs);
        Floats = (long)inputs * (int)SourceLayout.RoundUp(outputs, S.Width);
        Filter = transposed ? PackedFilter.For(outputs, inputs, 1, S.Width) : PackedFilter.For(inputs, outputs, 1, S.Width);
        Filter.LayOut(ref cursor);
        if (transposed) Sums = cursor.Take((nint)(groups * Floats));
        if (!cursor.IsReal) return;
        if (transposed) Filter.Pack(filter.Data(), inputs, 1);
        else Filter.Pack(filter.Data(), 1, inputs);
    }
}

/// <summary>
/// A reduction: raw output z [N,H',W',O], its gradient after the batch norm, and dz = Dy · dy + Z · z + Constant by pattern.
/// </summary>
internal unsafe struct FactorizedReduceOutput
{
    public Shape Shape;
    public int Period;
    public float* Value, Diff;
    public GradientPatterns Gradient;
    public Half Even, Odd;
}

internal unsafe struct FactorizedReduceCall
{
    private const int TogetherFloats = 8192;

    public Shape Src;
    public ChannelSegments X, DiffX;
    public int Count;
    public FactorizedReduceOutput* Outputs;
    public GradientGroups Groups;
    public bool WeightGradients;

    public float* Threads;
    public nint FloatsPerThread;

    /// <summary>Floats from one sorted pixel to the next.</summary>
    public int PixelFloats;

    /// <summary>
    /// In a thread's memory: sorted pixels [2][Pixels][PixelFloats], their gradient, an image of dz, and the product of one half.
    /// </summary>
    public nint Sorted, DiffSorted, DiffRaw, Tile;

    /// <summary>Rows of outputs whose weight gradients are summed before they are added: with what they read they fill L1.</summary>
    public int RowsTogether;

    public void LayOut<S, V>(
        Tensor<float> src, ReadOnlySpan<FactorizedReduceBranch<float>> branches, bool transposed, ref BumpAllocator cursor,
            ref BumpAllocator thread)
        where S : struct, ISimd<V>
        where V : struct
    {
        (Src, Count) = (src.Shape, branches.Length);
        X = new ChannelSegments(src);
        DiffX = transposed ? new ChannelSegments(src.Diff!) : default;
        Outputs = cursor.Take<FactorizedReduceOutput>(Count);
        Groups = new GradientGroups(Src.N, Src.C * (long)SourceLayout.RoundUp(branches[0].Dst.Norm.Channels, S.Width));
        PixelFloats = (int)SourceLayout.RoundUp(Src.C, S.Width);
        var (largest, tile) = ((nint)0, 0);
        for (var i = 0; i < Count; i++)
        {
            var v = branches[i].Dst;
            var (output, half) = (new FactorizedReduceOutput { Shape = v.Value.Shape, Value = v.Value.Data() }, branches[i].Even.Shape.N);
            output.Even.LayOut<S, V>(branches[i].Even, 0, 0, Groups.Count, transposed, ref cursor);
            output.Odd.LayOut<S, V>(branches[i].Odd, 1, half, Groups.Count, transposed, ref cursor);
            largest = Math.Max(largest, (nint)output.Shape.CountPerImage);
            tile = Math.Max(tile, (int)SourceLayout.RoundUp(output.Odd.Channels, S.Width));
            if (transposed) LayOutGradient<S, V>(v, ref output, ref cursor);
            if (cursor.IsReal) Outputs[i] = output;
        }

        var sorted = 2 * (nint)Pixels * PixelFloats;
        Sorted = thread.TakeOffset(sorted);
        Tile = thread.TakeOffset(Math.Max((nint)Pixels * Math.Max(tile, PixelFloats), (nint)Src.C * tile));
        if (!transposed) return;
        DiffSorted = thread.TakeOffset(sorted);
        DiffRaw = thread.TakeOffset(largest + S.Width);
        RowsTogether = Math.Max(1, TogetherFloats / ((2 * Src.C + branches[0].Dst.Norm.Channels) * SortedWidth));
    }

    /// <summary>Rows of sorted pixels: those of an output for each shift.</summary>
    public readonly int SortedRows => 2 * ((Src.H + 1) / 2);

    /// <summary>Columns of sorted pixels, as of an output.</summary>
    public readonly int SortedWidth => (Src.W + 1) / 2;

    /// <summary>Pixels of an output.</summary>
    public readonly int Pixels => SortedRows / 2 * SortedWidth;

    /// <summary>
    /// Number of a sorted row's first pixel in the batch, of which <paramref name="inside"/> lie in the image, each the second of two.
    /// </summary>
    public readonly long PixelOf(int n, int row, out int inside)
    {
        var shift = row >= SortedRows / 2 ? 1 : 0;
        var h = 2 * row + shift - shift * SortedRows;
        inside = h < Src.H ? (Src.W - shift + 1) / 2 : 0;
        return ((long)n * Src.H + h) * Src.W + shift;
    }

    /// <summary>
    /// Prefetches the pixels of one shift in image <paramref name="n"/> of a tensor like the source, in step with those of an output;
    /// nothing after the last image.
    /// </summary>
    public readonly StridedPrefetch Ahead(in ChannelSegments tensor, int n, int shift) =>
        n < Src.N ? new(tensor.From(PixelOf(n, shift * SortedRows / 2, out _)), SortedWidth, Src.W) : default;

    private static void LayOutGradient<S, V>(DeferredBatchNorm<float> v, ref FactorizedReduceOutput output, ref BumpAllocator cursor)
        where S : struct, ISimd<V>
        where V : struct
    {
        output.Period = ChannelPattern.Long<S, V>(v.Norm.Channels);
        output.Diff = v.Diff!.Data();
        output.Gradient.LayOut(output.Period, ref cursor);
        if (cursor.IsReal) output.Gradient.Fill(v.Gradient, v.Norm.Channels, output.Period);
    }
}
