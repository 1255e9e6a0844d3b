using MIOpenDarts.Layers.Backends.Cpu.Memory;
using MIOpenDarts.Layers.Backends.Cpu.Simd;
using MIOpenDarts.Layers.Tensors;

namespace MIOpenDarts.Layers.Backends.Cpu.Pooling;

/// <summary>Σ_edges (a·diff + b·z + c) as a weighted sum of tensors.</summary>
internal unsafe struct EdgeSum
{
    /// <summary>The edges' gradients and z itself.</summary>
    public int Count { get; private set; }

    /// <summary>Floats in a channel pattern.</summary>
    public int Pattern { get; private set; }

    /// <summary>[Count]: places relative to z.</summary>
    public nint* Places;

    /// <summary>[Count][pattern].</summary>
    public float* Weights;

    /// <summary>Σ c: [pattern].</summary>
    public float* Offset;

    /// <summary>Takes the memory.</summary>
    public void LayOut(int edges, int pattern, ref BumpAllocator cursor)
    {
        (Count, Pattern) = (edges + 1, pattern);
        Places = cursor.Take<nint>(Count);
        Weights = cursor.Take(Count * pattern);
        Offset = cursor.Take(pattern);
    }

    /// <summary>The tensor itself: of a plain pool, whose gradient is z.</summary>
    public readonly void FillPlain()
    {
        Places[0] = 0;
        new Span<float>(Weights, Pattern).Fill(1);
        new Span<float>(Offset, Pattern).Clear();
    }

    /// <summary>Copies the vectors.</summary>
    public void Fill(Tensor<float> z, ReadOnlySpan<DeferredBatchNorm<float>> edges)
    {
        Count = edges.Length + 1;
        var value = Weights + (nint)edges.Length * Pattern;
        new Span<float>(value, Pattern).Clear();
        new Span<float>(Offset, Pattern).Clear();
        Places[edges.Length] = 0;
        for (var e = 0; e < edges.Length; e++)
        {
            var channels = edges[e].Norm.Channels;
            var valueScale = (float*)edges[e].Gradient.Z.Address;
            var offset = (float*)edges[e].Gradient.Constant.Address;
            Places[e] = (nint)((float*)edges[e].Diff!.Address - (float*)z.Address);
            ChannelPattern.Fill(Weights + (nint)e * Pattern, (float*)edges[e].Gradient.Dy.Address, channels, Pattern);
            for (var j = 0; j < Pattern; j++)
            {
                value[j] += valueScale[j % channels];
                Offset[j] += offset[j % channels];
            }
        }
    }
}
