using MIOpenDarts.Layers.Backends.Cpu.Building;
using MIOpenDarts.Layers.Backends.Cpu.Memory;
using MIOpenDarts.Layers.Backends.Cpu.Simd;
using MIOpenDarts.Layers.Tensors;

namespace MIOpenDarts.Layers.Backends.Cpu.Pooling;

/// <summary>What the backward pass of the pools needs beyond <see cref="PoolCall"/>.</summary>
internal unsafe struct PoolGradient
{
    public PoolCall Call;
    public DiffLayout Diff;

    /// <summary>Whether dx is added to.</summary>
    public bool Accumulate;

    /// <summary>dz of a pooled value as a sum over its edges: runs relative to the value, weights and constant by pattern.</summary>
    public EdgeSum MaxEdges, AverageEdges;

    /// <summary>[StrideH][StrideW]: taps that read source pixels with these remainders, as runs in the outputs' gradients.</summary>
    public TapList* Rotated;

    /// <summary>
    /// In a thread's memory: gradient of the largest values, taps, gradient of the means, a row of dx by remainder and in order.
    /// </summary>
    public nint Max, Indices, Average, DiffRow, Row;

    /// <summary>[StrideH][StrideW][taps]: the same taps' offsets one by one.</summary>
    public nint* Offsets;

    /// <summary>Takes the memory; <see cref="PoolCall.Describe"/> comes first.</summary>
    public void LayOut(int maxEdges, int averageEdges, int vectorWidth, ref BumpAllocator cursor, ref BumpAllocator thread)
    {
        var source = Call.Source;
        var (pattern, phases) = ((nint)source.Period * vectorWidth, source.StrideH * source.StrideW);
        // A pool is geometry like a depthwise branch, so the same border serves.
        Diff = DiffLayout.For(source, [Call.Geometry], vectorWidth);
        MaxEdges.LayOut(maxEdges, pattern, ref cursor);
        AverageEdges.LayOut(averageEdges, pattern, ref cursor);
        Rotated = cursor.Take<TapList>(phases);
        Offsets = cursor.Take<nint>(phases * Call.Window.Taps);
        for (var phase = 0; phase < phases; phase++)
        {
            var list = default(TapList);
            list.LayOut(Call.Window.Taps, pattern, ref cursor);
            if (cursor.IsReal) Rotated[phase] = list;
        }

        Max = thread.TakeOffset(Diff.Floats);
        Indices = thread.TakeOffset(Diff.Floats);
        Average = thread.TakeOffset(Diff.Floats);
        DiffRow = thread.TakeOffset(source.RowFloats + vectorWidth);
        Row = thread.TakeOffset((nint)source.Width * source.Channels + vectorWidth);
    }

    /// <summary>Sorts the taps by the remainder of the source pixels that they read.</summary>
    public void FillTaps(int vectorWidth)
    {
        var source = Call.Source;
        var pattern = source.Period * vectorWidth;
        var rotated = new RotatedTaps(source, Diff, Call.Geometry);
        Span<nint> offsets = stackalloc nint[Call.Window.Taps];
        Span<int> numbers = stackalloc int[Call.Window.Taps];
        for (var remainder = 0; remainder < source.StrideH * source.StrideW; remainder++)
        {
            ref var list = ref Rotated[remainder];
            (list.Count, list.Taps) = (0, 0);
            new Span<float>(list.Weights, Call.Window.Taps * pattern).Fill(1);
            var count = 0;
            for (var t = Call.Window.Taps - 1; t >= 0; t--)
            {
                if (!rotated.Reads(t, remainder, out offsets[count])) continue;
                numbers[count++] = t;
            }

            for (var t = 0; t < count; t++) Offsets[remainder * Call.Window.Taps + numbers[t]] = offsets[t];
            list.Append(offsets[..count], numbers[..count], pattern);
            list.Group(pattern, row: 0);
        }
    }
}

/// <summary>Σ_edges (a·diff + b·z + c) as a weighted sum of tensors.</summary>
internal unsafe struct EdgeSum
{
    /// <summary>The edges' gradients and z itself.</summary>
    public int Count;

    /// <summary>[Count]: places relative to z.</summary>
    public nint* Places;

    /// <summary>[Count][pattern].</summary>
    public float* Weights;

    /// <summary>Σ c: [pattern].</summary>
    public float* Offset;

    /// <summary>Takes the memory.</summary>
    public void LayOut(int edges, nint pattern, ref BumpAllocator cursor)
    {
        Count = edges + 1;
        Places = cursor.Take<nint>(Count);
        Weights = cursor.Take(Count * pattern);
        Offset = cursor.Take(pattern);
    }

    /// <summary>The tensor itself: of a plain pool, whose gradient is z.</summary>
    public readonly void FillPlain(int pattern)
    {
        Places[0] = 0;
        new Span<float>(Weights, pattern).Fill(1);
        new Span<float>(Offset, pattern).Clear();
    }

    /// <summary>Copies the vectors.</summary>
    public readonly void Fill(Tensor<float> z, ReadOnlySpan<DeferredBatchNorm<float>> edges, int pattern)
    {
        var value = Weights + (nint)edges.Length * pattern;
        new Span<float>(value, pattern).Clear();
        new Span<float>(Offset, pattern).Clear();
        Places[edges.Length] = 0;
        for (var e = 0; e < edges.Length; e++)
        {
            var channels = edges[e].Norm.Channels;
            var valueScale = (float*)edges[e].Gradient.Z.Address;
            var offset = (float*)edges[e].Gradient.Constant.Address;
            Places[e] = (nint)((float*)edges[e].Diff!.Address - (float*)z.Address);
            ChannelPattern.Fill(Weights + (nint)e * pattern, (float*)edges[e].Gradient.Dy.Address, channels, pattern);
            for (var j = 0; j < pattern; j++)
            {
                value[j] += valueScale[j % channels];
                Offset[j] += offset[j % channels];
            }
        }
    }
}
