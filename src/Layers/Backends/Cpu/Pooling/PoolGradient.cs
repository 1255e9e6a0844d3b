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

    /// <summary>The taps that read a source pixel, all of weight one, in the outputs' gradients.</summary>
    public RotatedFilter Rotated;

    /// <summary>Where the lists of <see cref="Rotated"/> stay between passes; null: in scratch memory.</summary>
    public TapList* Lists;

    /// <summary>
    /// In a thread's memory: gradient of the largest values, taps, gradient of the means, a row of dx by remainder and in order.
    /// </summary>
    public nint Max, Indices, Average, DiffRow, Row;

    /// <summary>[StrideH][StrideW][taps]: the same taps' offsets one by one.</summary>
    public nint* Offsets;

    /// <summary>Floats of a channel pattern.</summary>
    public readonly int Pattern(int vectorWidth) => Call.Source.Period * vectorWidth;

    /// <summary>Reads the geometry and takes the memory of both passes.</summary>
    public void LayOut(
        Shape src, Shape dst, Window2D window, int maxEdges, int averageEdges, int vectorWidth, int threads, ref BumpAllocator cursor,
        ref BumpAllocator thread)
    {
        Call.Describe(src, dst, window, vectorWidth, threads, ref cursor, ref thread);
        var source = Call.Source;
        var pattern = Pattern(vectorWidth);
        // A pool is geometry like a depthwise branch, so the same border serves.
        Diff = new DiffLayout(source, vectorWidth);
        Diff.Cover(Call.Geometry);
        MaxEdges.LayOut(maxEdges, pattern, ref cursor);
        AverageEdges.LayOut(averageEdges, pattern, ref cursor);
        Rotated.LayOut(source, Diff, Lists, window.Taps, vectorWidth, ref cursor);
        Offsets = cursor.Take<nint>(Rotated.Classes * window.Taps);
        Max = thread.TakeOffset(Diff.Floats);
        Indices = thread.TakeOffset(Diff.Floats);
        Average = thread.TakeOffset(Diff.Floats);
        DiffRow = thread.TakeOffset(source.RowFloats + vectorWidth);
        Row = thread.TakeOffset((nint)source.Width * source.Channels + vectorWidth);
    }

    /// <summary>Sorts the taps by the remainder of the source pixels that they read.</summary>
    public void FillTaps(int vectorWidth)
    {
        var pattern = Pattern(vectorWidth);
        for (var remainder = 0; remainder < Rotated.Classes; remainder++)
        {
            ref var list = ref Rotated.Lists[remainder];
            list.Clear();
            new Span<float>(list.Weights, Call.Window.Taps * pattern).Fill(1);
            for (var t = 0; t < Call.Window.Taps; t++)
            {
                if (!Rotated.Reads(Call.Geometry, t, remainder, out var offset)) continue;
                list.Collect(offset, t);
                Offsets[remainder * Call.Window.Taps + t] = offset;
            }

            list.Append(pattern, isAscending: true);
            list.Group(pattern, row: 0);
        }
    }
}

/// <summary>Σ_edges (a·diff + b·z + c) as a weighted sum of tensors.</summary>
internal unsafe struct EdgeSum
{
    /// <summary>The edges' gradients and z itself.</summary>
    public int Count { get; private set; }

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
    public void Fill(Tensor<float> z, ReadOnlySpan<DeferredBatchNorm<float>> edges, int pattern)
    {
        Count = edges.Length + 1;
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
