using MIOpenDarts.Layers.Backends.Cpu.Simd;

namespace MIOpenDarts.Layers.Backends.Cpu.Building;

/// <summary>Depthwise filters between the official layout [C,1,kh,kw] and lists of taps with weights by channel pattern.</summary>
internal static unsafe class DepthwiseTaps
{
    /// <summary>Sorts the taps of a filter over a bordered source; without a filter all weights are one.</summary>
    public static void Pack<S, V>(ref TapList list, in WindowGeometry geometry, in SourceLayout source, float* filter)
        where S : struct, ISimd<V>
        where V : struct
    {
        var (taps, pattern) = (geometry.Window.Taps, source.Period * S.Width);
        Span<nint> offsets = stackalloc nint[taps];
        Span<int> numbers = stackalloc int[taps];
        for (var t = 0; t < taps; t++) (numbers[t], offsets[t]) = (t, source.At(geometry.TapRow(t, source), geometry.TapColumn(t, source)));
        (list.Count, list.Taps) = (0, 0);
        list.Append(offsets, numbers, pattern);
        for (var t = 0; t < taps; t++)
        {
            var weights = list.Weights + (nint)t * pattern;
            for (var c = 0; c < source.Channels; c++) weights[c] = filter == null ? 1 : filter[c * taps + list.Numbers[t]];
            ChannelPattern.Repeat(weights, source.Channels, pattern);
        }

        WinogradDepthwise<S, V>.Prepare(ref list, pattern, source.StrideH * source.RowFloats);
    }

    /// <summary>
    /// Appends the taps of a packed filter that read source pixels of class <paramref name="remainder"/>, as taps over the outputs'
    /// gradient, which lies <paramref name="image"/> floats after the first.
    /// </summary>
    public static void AppendRotated(ref TapList list, in TapList packed, in RotatedTaps rotated, int remainder, nint image, int pattern)
    {
        Span<nint> offsets = stackalloc nint[packed.Taps];
        Span<int> numbers = stackalloc int[packed.Taps];
        var count = 0;
        for (var i = 0; i < packed.Taps; i++)
        {
            if (!rotated.Reads(packed.Numbers[i], remainder, out var offset)) continue;
            (offsets[count], numbers[count]) = (image + offset, i);
            count++;
        }

        // Ascending, as runs are.
        offsets[..count].Sort(numbers[..count]);
        var before = list.Taps;
        list.Append(offsets[..count], numbers[..count], pattern);
        for (var t = before; t < list.Taps; t++)
            new Span<float>(packed.Weights + (nint)list.Numbers[t] * pattern, pattern)
                .CopyTo(new Span<float>(list.Weights + (nint)t * pattern, pattern));
    }

    /// <summary>diff[c, tap] += the sums [tap][pattern] of a list's taps.</summary>
    public static void AddGradient(in TapList list, float* sums, int channels, int pattern, float* diff)
    {
        for (var t = 0; t < list.Taps; t++, sums += pattern)
            for (var j = 0; j < pattern; j += channels)
                for (var c = 0; c < channels; c++) diff[c * list.Taps + list.Numbers[t]] += sums[j + c];
    }
}
