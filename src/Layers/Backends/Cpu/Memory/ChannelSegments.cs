using System.Runtime.CompilerServices;
using MIOpenDarts.Layers.Backends.Cpu.Simd;
using MIOpenDarts.Layers.Tensors;

namespace MIOpenDarts.Layers.Backends.Cpu.Memory;

/// <summary>
/// Where the pixels of a tensor [N,H,W,C] are: in one piece or, if the tensor is in segments, in each of these with a part of the channels.
/// </summary>
internal readonly unsafe struct ChannelSegments
{
    public ChannelSegments(Tensor<float> tensor)
    {
        First = (float*)tensor.Address;
        Count = Math.Max(1, tensor.Segments.Count);
        Channels = tensor.Shape.C / Count;
        Stride = tensor.SegmentStride;
    }

    /// <summary>Pixels in one piece.</summary>
    public ChannelSegments(float* first, int channels)
    {
        First = first;
        (Count, Channels) = (1, channels);
    }

    private ChannelSegments(float* first, in ChannelSegments other)
    {
        First = first;
        (Count, Channels, Stride) = (other.Count, other.Channels, other.Stride);
    }

    /// <summary>First pixel of the first segment, or null for no tensor.</summary>
    public float* First { get; }

    /// <summary>Number of segments.</summary>
    public int Count { get; }

    /// <summary>Channels of a segment.</summary>
    public int Channels { get; }

    /// <summary>Floats from one segment to the next.</summary>
    public nint Stride { get; }

    /// <summary>One channel of a pixel; the next pixel's is <see cref="Channels"/> floats further.</summary>
    public float* Channel(nint pixel, int channel) => First + channel / Channels * Stride + pixel * Channels + channel % Channels;

    /// <summary>The same from another pixel on.</summary>
    public ChannelSegments From(long pixel) => new(First == null ? null : First + pixel * Channels, this);

    /// <summary>Prefetches some pixels, if there is a tensor.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Fetch(nint pixel, nint pixels)
    {
        for (var k = 0; k < Count && First != null; k++) PrefetchL2.Fetch(First + k * Stride + pixel * Channels, pixels * Channels);
    }
}
