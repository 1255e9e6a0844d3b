using MIOpenDarts.Layers.Backends.Cpu.Memory;
using MIOpenDarts.Layers.Tensors;

namespace MIOpenDarts.Layers.Backends.Cpu.Channels;

/// <summary>Images between the host's N, C, H, W and this backend's N, H, W, C (NHWC).</summary>
internal static unsafe class ImageLayout
{
    public static void Write(ReadOnlySpan<float> nchw, Tensor<float> dst)
    {
        var (shape, places) = (dst.Shape, new ChannelSegments(dst));
        for (var n = 0; n < shape.N; n++)
            for (var c = 0; c < shape.C; c++)
            {
                var plane = nchw.Slice((n * shape.C + c) * shape.Pixels, shape.Pixels);
                var y = places.Channel(n * (nint)shape.Pixels, c);
                for (var i = 0; i < plane.Length; i++) y[(nint)i * places.Channels] = plane[i];
            }
    }

    public static void Read(Tensor<float> src, Span<float> nchw)
    {
        var (shape, places) = (src.Shape, new ChannelSegments(src));
        for (var n = 0; n < shape.N; n++)
            for (var c = 0; c < shape.C; c++)
            {
                var plane = nchw.Slice((n * shape.C + c) * shape.Pixels, shape.Pixels);
                var x = places.Channel(n * (nint)shape.Pixels, c);
                for (var i = 0; i < plane.Length; i++) plane[i] = x[(nint)i * places.Channels];
            }
    }
}
