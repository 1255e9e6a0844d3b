using System.Diagnostics;
using MIOpenDarts.Layers.Backends.Cpu.Memory;
using MIOpenDarts.Layers.Backends.Cpu.Simd;

namespace MIOpenDarts.Layers.Backends.Cpu.Building;

/// <summary>Copies an image into its bordered layout, through a batch norm and an activation where there are any.</summary>
internal static unsafe class PadCopy<S, V>
    where S : struct, ISimd<V>
{
    /// <summary>copy = activation(scale·x + shift), or activation(x) without scale; the border is left as it is.</summary>
    /// <param name="source">Layout of the copy.</param>
    /// <param name="x">The image's first pixel. In several segments only without scale, stride and border.</param>
    /// <param name="scale">[pattern], or null.</param>
    /// <param name="shift">[pattern].</param>
    /// <param name="copy">[source.Floats].</param>
    public static void Image<A>(in SourceLayout source, in ChannelSegments x, float* scale, float* shift, float* copy)
        where A : struct, IActivation<V>
    {
        if (x.Count > 1)
        {
            // A row's last vector would spoil a border, which nobody writes again.
            Debug.Assert(scale == null && source is { StrideW: 1, Border: 0 }, "Segments are copied as they are.");
            for (var h = 0; h < source.Height; h++)
                Pixels<A>(x.From((long)h * source.Width), source.Width, 1, copy + h * source.RowFloats, x.Count * x.Channels);
            return;
        }

        var length = source.Width * source.Channels;
        var from = x.First;
        for (var h = 0; h < source.Height; h++, from += length)
        {
            var row = copy + (h + source.Border) * source.RowFloats;
            if (source.StrideW == 1)
            {
                Run<A>(from, row + (nint)source.Border * source.Channels, length, scale, shift, source.Period);
                continue;
            }

            for (var w = 0; w < source.Width; w++)
                Run<A>(from + (nint)w * source.Channels, row + source.At(0, w + source.Border), source.Channels, scale, shift,
                    source.Period);
        }
    }

    /// <summary>
    /// Every <paramref name="step"/>-th pixel from all segments, <paramref name="pitch"/> floats apart: what a last vector spoils is
    /// written after it.
    /// </summary>
    public static void Pixels<A>(in ChannelSegments x, int pixels, int step, float* y, nint pitch)
        where A : struct, IActivation<V>
    {
        for (var w = 0; w < pixels; w++)
            for (var k = 0; k < x.Count; k++)
            {
                float* from = x.First + k * x.Stride + (nint)(w * step) * x.Channels, to = y + w * pitch + k * x.Channels;
                for (var c = 0; c < x.Channels; c += S.Width) S.Store(A.Apply(S.Load(from + c)), to + c);
            }
    }

    /// <summary>The backward pass of a ReLU: x += d where gate is positive; d and gate lie as <see cref="Pixels{A}"/> writes.</summary>
    public static void AddMasked(float* d, float* gate, nint pitch, in ChannelSegments x, int pixels, int step)
    {
        for (var w = 0; w < pixels; w++, d += pitch, gate += pitch)
            for (var k = 0; k < x.Count; k++)
            {
                float* from = d + k * x.Channels, mask = gate + k * x.Channels;
                float* to = x.First + k * x.Stride + (nint)(w * step) * x.Channels;
                for (var c = 0; c < x.Channels; c += S.Width)
                    LaneStores<S, V>.Put(
                        S.WherePositive(S.Load(mask + c), S.Load(from + c)), to + c, Math.Min(S.Width, x.Channels - c), accumulate: true);
            }
    }

    /// <summary>y = activation(scale·x + shift) over <paramref name="length"/> floats that start with channel 0.</summary>
    private static void Run<A>(float* x, float* y, int length, float* scale, float* shift, int period)
        where A : struct, IActivation<V>
    {
        var i = 0;
        if (scale == null)
        {
            for (; i <= length - S.Width; i += S.Width) S.Store(A.Apply(S.Load(x + i)), y + i);
            if (i < length) LaneStores<S, V>.Put(A.Apply(S.Load(x + i)), y + i, length - i);
            return;
        }

        var pattern = period * S.Width;
        for (var j = 0; i < length; i += S.Width, j += S.Width)
        {
            if (j == pattern) j = 0;
            var value = A.Apply(S.MultiplyAdd(S.Load(x + i), S.Load(scale + j), S.Load(shift + j)));
            LaneStores<S, V>.Put(value, y + i, Math.Min(S.Width, length - i));
        }
    }
}
