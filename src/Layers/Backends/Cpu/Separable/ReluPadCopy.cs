using MIOpenDarts.Layers.Backends.Cpu.Memory;
using MIOpenDarts.Layers.Backends.Cpu.Simd;

namespace MIOpenDarts.Layers.Backends.Cpu.Separable;

/// <summary>Makes the bordered, rectified copy of an image.</summary>
internal static unsafe class ReluPadCopy<S, V>
    where S : struct, ISimd<V>
    where V : struct
{
    /// <summary>The copy of image <paramref name="n"/> in the memory of <paramref name="thread"/>; its border is cleared when the call begins there.</summary>
    public static float* Image(in SeparableCall call, int n, int thread)
    {
        var source = call.Source;
        var copy = call.Threads + thread * call.FloatsPerThread + call.Rectified;
        if (call.BorderOwner[thread] != call.CallId)
        {
            new Span<float>(copy, (int)source.Floats + S.Width).Clear();
            call.BorderOwner[thread] = call.CallId;
        }

        if (call.Src.Count > 1)
        {
            for (var h = 0; h < source.Height; h++)
                Gather(call.SourceAt(n, h), source.Width, copy + (h + source.Border) * source.RowFloats + (nint)source.Border * source.Channels);
            return copy;
        }

        var length = source.Width * source.Channels;
        var x = call.SourceAt(n, 0).First;
        for (var h = 0; h < source.Height; h++, x += length)
        {
            var row = copy + (h + source.Border) * source.RowFloats;
            if (source.StrideW == 1)
            {
                Run(x, row + (nint)source.Border * source.Channels, length, call.Scale, call.Shift, source.Period);
                continue;
            }

            for (var w = 0; w < source.Width; w++)
                Run(x + (nint)w * source.Channels, row + source.At(0, w + source.Border), source.Channels, call.Scale, call.Shift, source.Period);
        }

        return copy;
    }

    /// <summary>A row of pixels from all segments, in order: what a last vector spoils is written after it.</summary>
    private static void Gather(in ChannelSegments x, int pixels, float* y)
    {
        for (var w = 0; w < pixels; w++)
            for (var k = 0; k < x.Count; k++, y += x.Channels)
            {
                var from = x.First + k * x.Stride + (nint)w * x.Channels;
                for (var c = 0; c < x.Channels; c += S.Width) S.Store(S.Rectify(S.Load(from + c)), y + c);
            }
    }

    /// <summary>y = max(scale·x + shift, 0) over <paramref name="length"/> floats that start with channel 0.</summary>
    private static void Run(float* x, float* y, int length, float* scale, float* shift, int period)
    {
        var i = 0;
        if (scale == null)
        {
            for (; i <= length - S.Width; i += S.Width) S.Store(S.Rectify(S.Load(x + i)), y + i);
            for (; i < length; i++) y[i] = MathF.Max(x[i], 0);
            return;
        }

        var pattern = period * S.Width;
        for (var j = 0; i <= length - S.Width; i += S.Width)
        {
            S.Store(S.Rectify(S.MultiplyAdd(S.Load(x + i), S.Load(scale + j), S.Load(shift + j))), y + i);
            j += S.Width;
            if (j == pattern) j = 0;
        }

        for (; i < length; i++) y[i] = MathF.Max(MathF.FusedMultiplyAdd(x[i], scale[i % pattern], shift[i % pattern]), 0);
    }
}
