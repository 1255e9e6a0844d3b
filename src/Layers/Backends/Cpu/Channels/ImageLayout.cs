using MIOpenDarts.Layers.Backends.Cpu.Memory;
using MIOpenDarts.Layers.Tensors;

namespace MIOpenDarts.Layers.Backends.Cpu.Channels;

/// <summary>Images between the host's N, C, H, W and this backend's N, H, W, C (NHWC).</summary>
internal static unsafe class ImageLayout
{
    public static void Write(ReadOnlySpan<float> nchw, Tensor<float> dst)
    {
        for (var plane = 0; plane < dst.Shape.N * dst.Shape.C; plane++)
        {
            var y = Plane(dst, plane, out var step);
            var values = nchw.Slice(plane * dst.Shape.Pixels, dst.Shape.Pixels);
            for (var i = 0; i < values.Length; i++) y[(nint)i * step] = values[i];
        }
    }

    public static void Read(Tensor<float> src, Span<float> nchw)
    {
        for (var plane = 0; plane < src.Shape.N * src.Shape.C; plane++)
        {
            var x = Plane(src, plane, out var step);
            var values = nchw.Slice(plane * src.Shape.Pixels, src.Shape.Pixels);
            for (var i = 0; i < values.Length; i++) values[i] = x[(nint)i * step];
        }
    }

    /// <summary>One channel of an image, whose pixels lie <paramref name="step"/> floats apart.</summary>
    private static float* Plane(Tensor<float> tensor, int plane, out int step)
    {
        var places = new ChannelSegments(tensor);
        step = places.Channels;
        return places.Channel(plane / tensor.Shape.C * (nint)tensor.Shape.Pixels, plane % tensor.Shape.C);
    }
}
