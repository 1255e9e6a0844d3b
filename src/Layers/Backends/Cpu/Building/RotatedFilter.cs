using MIOpenDarts.Layers.Backends.Cpu.Memory;
using MIOpenDarts.Layers.Backends.Cpu.Simd;

namespace MIOpenDarts.Layers.Backends.Cpu.Building;

/// <summary>
/// Backward through windows, seen from the source: the taps that read its pixels fall into StrideH · StrideW classes by the remainders of
/// row and column, and in each class the gradient is a correlation with the filter rotated by 180°. One layout and one gather for the data
/// gradients of depthwise convolutions, alone or in branches, and of pools.
/// </summary>
internal unsafe struct RotatedFilter
{
    private SourceLayout source;
    private DiffLayout diff;
    private int pattern;

    /// <summary>[StrideH][StrideW]: the taps of each class, as taps over the outputs' gradient.</summary>
    public TapList* Lists { get; private set; }

    /// <summary>Number of classes.</summary>
    public readonly int Classes => source.StrideH * source.StrideW;

    /// <summary>
    /// Takes memory for <paramref name="taps"/> taps in each class, and for the lists themselves unless they have a place that outlasts the
    /// scratch memory.
    /// </summary>
    public void LayOut(in SourceLayout layout, in DiffLayout diffLayout, TapList* lists, int taps, int width, ref BumpAllocator cursor)
    {
        (source, diff, pattern) = (layout, diffLayout, layout.Period * width);
        Lists = lists;
        var own = lists == null ? cursor.Take<TapList>(Classes) : lists;
        if (lists == null && cursor.IsReal) Lists = own;
        for (var i = 0; i < Classes; i++)
        {
            var list = default(TapList);
            list.LayOut(taps, pattern, ref cursor);
            if (Lists != null) Lists[i] = list;
        }
    }

    /// <summary>
    /// Appends to a class those taps of a packed filter that read its pixels, over gradients that lie <paramref name="image"/> floats after
    /// the first.
    /// </summary>
    public readonly void Append(int remainder, in TapList packed, in WindowGeometry window, nint image)
    {
        ref var list = ref Lists[remainder];
        for (var i = 0; i < packed.Taps; i++)
            if (Reads(window, packed.Numbers[i], remainder, out var offset)) list.Collect(image + offset, i);
        var before = list.Taps;
        list.Append(pattern, isAscending: true);
        for (var t = before; t < list.Taps; t++)
            new Span<float>(packed.Weights + (nint)list.Numbers[t] * pattern, pattern)
                .CopyTo(new Span<float>(list.Weights + (nint)t * pattern, pattern));
    }

    /// <summary>
    /// Whether tap <paramref name="t"/> of a window reads source pixels of a class, and where their gradient lies relative to them.
    /// </summary>
    public readonly bool Reads(in WindowGeometry window, int t, int remainder, out nint offset)
    {
        var row = remainder / source.StrideW - window.TapRow(t, source);
        var column = remainder % source.StrideW - window.TapColumn(t, source);
        offset = 0;
        if (row % source.StrideH != 0 || column % source.StrideW != 0) return false;
        offset = diff.At(row / source.StrideH, column / source.StrideW);
        return true;
    }

    /// <summary>Sorts the runs of a class into groups for the kernels, once all taps are there.</summary>
    public readonly void Close<S, V>(int remainder)
        where S : struct, ISimd<V> => WinogradDepthwise<S, V>.Prepare(ref Lists[remainder], pattern, diff.Row);

    /// <summary>Class of the pixels of source row <paramref name="h"/> in the columns of one remainder.</summary>
    public readonly int ClassOf(int h, int phase) => (h + source.Border) % source.StrideH * source.StrideW + phase;

    /// <summary>Where the offsets of that class count from, in a bordered gradient.</summary>
    public readonly nint Corner(int h, int phase) =>
        (h + source.Border) / source.StrideH * diff.Row + (nint)source.FirstColumn(phase) * source.Channels;

    /// <summary>
    /// dx of source rows <paramref name="h"/> … <paramref name="end"/> − 1, columns sorted by remainder, from bordered gradients of the
    /// outputs; unless <paramref name="before"/> is null, each starts from there: laid out like <paramref name="dx"/>, but another image.
    /// The first remainder of rows and columns brings everything that is prefetched.
    /// </summary>
    public readonly void Gather<S, V, F>(float* diffs, int h, int end, float* dx, float* before, F fetch)
        where S : struct, ISimd<V>
        where F : struct, IPrefetch
    {
        var row = source.StrideH * source.RowFloats;
        for (var first = h; first < Math.Min(h + source.StrideH, end); first++, dx += source.RowFloats)
        {
            for (var phase = 0; phase < source.StrideW; phase++, fetch = default)
                DepthwiseKernel<S, V>.Rows(
                    dx + phase * source.PhaseFloats, row, before == null ? null : before + phase * source.PhaseFloats,
                    source.Vectors(phase, S.Width), diffs + Corner(first, phase), diff.Row,
                    (end - first + source.StrideH - 1) / source.StrideH, Lists[ClassOf(first, phase)], source.Period, fetch);
            if (before != null) before += source.RowFloats;
        }
    }
}
