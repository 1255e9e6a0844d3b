using MIOpenDarts.Layers.Backends.Cpu.Simd;

namespace MIOpenDarts.Layers.Backends.Cpu.Building;

/// <summary>Depthwise filters between the official layout [C,1,kh,kw] and lists of taps with weights by channel pattern.</summary>
internal static unsafe class DepthwiseTaps
{
    /// <summary>Sorts the taps of a filter over a bordered source; without a filter all weights are one.</summary>
    public static void Pack<S, V>(ref TapList list, in WindowGeometry geometry, in SourceLayout source, float* filter)
        where S : struct, ISimd<V>
    {
        var (taps, pattern) = (geometry.Window.Taps, source.Period * S.Width);
        list.Clear();
        for (var t = 0; t < taps; t++) list.Collect(source.At(geometry.TapRow(t, source), geometry.TapColumn(t, source)), t);
        list.Append(pattern, isAscending: false);
        for (var t = 0; t < taps; t++)
        {
            var weights = list.Weights + (nint)t * pattern;
            for (var c = 0; c < source.Channels; c++) weights[c] = filter == null ? 1 : filter[c * taps + list.Numbers[t]];
            ChannelPattern.Repeat(weights, source.Channels, pattern);
        }

        WinogradDepthwise<S, V>.Prepare(ref list, pattern, source.StrideH * source.RowFloats);
    }

    /// <summary>
    /// diff[c, tap] += the sums [group][tap][pattern] of a list's taps: of a group over its pattern, then by the tree of the groups.
    /// </summary>
    public static void AddGradient<S, V>(in TapList list, float* sums, int groups, int channels, int pattern, float* diff)
        where S : struct, ISimd<V>
    {
        for (var t = 0; t < groups * list.Taps; t++)
        {
            var first = sums + (nint)t * pattern;
            for (var j = channels; j < pattern; j += channels)
                for (var c = 0; c < channels; c++) first[c] += first[j + c];
        }

        LaneStores<S, V>.AddGroups(sums, groups, (nint)list.Taps * pattern);
        for (var t = 0; t < list.Taps; t++, sums += pattern)
            for (var c = 0; c < channels; c++) diff[c * list.Taps + list.Numbers[t]] += sums[c];
    }
}
