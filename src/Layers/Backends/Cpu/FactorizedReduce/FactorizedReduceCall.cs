using MIOpenDarts.Layers.Backends.Cpu.Building;
using MIOpenDarts.Layers.Backends.Cpu.Memory;
using MIOpenDarts.Layers.Backends.Cpu.Simd;
using MIOpenDarts.Layers.Tensors;

namespace MIOpenDarts.Layers.Backends.Cpu.FactorizedReduce;

/// <summary>Half of the channels of a reduction: the pixels from (shift, shift) on.</summary>
internal unsafe struct Half
{
    public int Shift, First, Channels;

    /// <summary>[I][channels], and [channels][I] in the backward pass.</summary>
    public PackedFilter Forward, Backward;

    /// <summary>[groups][I][channels rounded up].</summary>
    public float* Sums;
    public long Floats;

    public void LayOut(Tensor<float> filter, int shift, int first, int groups, int width, ref BumpAllocator cursor)
    {
        var (outputs, inputs) = (filter.Shape.N, filter.Shape.C);
        (Shift, First, Channels) = (shift, first, outputs);
        Floats = (long)inputs * (int)SourceLayout.RoundUp(outputs, width);
        (Forward, Backward) = (PackedFilter.For(inputs, outputs, 1, width), PackedFilter.For(outputs, inputs, 1, width));
        Forward.LayOut(ref cursor);
        Backward.LayOut(ref cursor);
        Sums = cursor.Take((nint)(groups * Floats));
    }

    public readonly void Pack(Tensor<float> filter, bool backward)
    {
        if (backward) Backward.Pack(filter.Data(), filter.Shape.C, 1);
        else Forward.Pack(filter.Data(), 1, filter.Shape.C);
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
    public ImageGroups Groups;
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
        Shape src, ReadOnlySpan<FactorizedReduceBranch<float>> branches, int groups, ref BumpAllocator cursor, ref BumpAllocator thread)
        where S : struct, ISimd<V>
    {
        (Src, Count) = (src, branches.Length);
        Groups = new ImageGroups(Src.N, groups);
        PixelFloats = (int)SourceLayout.RoundUp(Src.C, S.Width);
        var (largest, tile) = ((nint)0, 0);
        for (var i = 0; i < Count; i++)
        {
            ref var output = ref Outputs[i];
            var (shape, channels) = (branches[i].Dst.Value.Shape, branches[i].Dst.Norm.Channels);
            output.Shape = shape;
            output.Even.LayOut(branches[i].Even, 0, 0, Groups.Count, S.Width, ref cursor);
            output.Odd.LayOut(branches[i].Odd, 1, branches[i].Even.Shape.N, Groups.Count, S.Width, ref cursor);
            output.Period = ChannelPattern.Long(channels, S.Width);
            output.Gradient.LayOut(output.Period, ref cursor);
            largest = Math.Max(largest, (nint)shape.CountPerImage);
            tile = Math.Max(tile, (int)SourceLayout.RoundUp(output.Odd.Channels, S.Width));
        }

        var sorted = 2 * (nint)Pixels * PixelFloats;
        Sorted = thread.TakeOffset(sorted);
        Tile = thread.TakeOffset(Math.Max((nint)Pixels * Math.Max(tile, PixelFloats), (nint)Src.C * tile));
        DiffSorted = thread.TakeOffset(sorted);
        DiffRaw = thread.TakeOffset(largest + S.Width);
        RowsTogether = Math.Max(1, TogetherFloats / ((2 * Src.C + branches[0].Dst.Norm.Channels) * SortedWidth));
    }

    /// <summary>Copies addresses, filters and, for the backward pass, gradient vectors.</summary>
    public void Fill(Tensor<float> src, ReadOnlySpan<FactorizedReduceBranch<float>> branches, bool backward, Scratchpad scratch)
    {
        Threads = scratch.Threads;
        FloatsPerThread = scratch.FloatsPerThread;
        X = new ChannelSegments(src);
        DiffX = backward ? new ChannelSegments(src.Diff!) : default;
        for (var i = 0; i < Count; i++)
        {
            ref var output = ref Outputs[i];
            var v = branches[i].Dst;
            output.Value = v.Value.Data();
            output.Even.Pack(branches[i].Even, backward);
            output.Odd.Pack(branches[i].Odd, backward);
            if (!backward) continue;
            output.Diff = v.Diff!.Data();
            output.Gradient.Fill(v.Gradient, v.Norm.Channels, output.Period);
        }
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
}
