using MIOpenDarts.Layers.Backends.Cpu.Building;
using MIOpenDarts.Layers.Backends.Cpu.Memory;
using MIOpenDarts.Layers.Backends.Cpu.Simd;

namespace MIOpenDarts.Layers.Backends.Cpu.Separable;

/// <summary>
/// The source's gradient: each row is gathered from the gradients of all branches' depthwise outputs, part by part, masked by the ReLU
/// and, once, added to the source's gradient (or written, with the sums that the batch norm before the ReLU needs).
/// </summary>
internal static unsafe class DepthwiseDataGradient<S, V>
    where S : struct, ISimd<V>
{
    /// <summary>Gathers a part that others follow.</summary>
    public static void Part(in SeparableGradient gradient, int part, float* memory)
    {
        for (var h = 0; h < gradient.Call.Source.Height; h += gradient.RowsTogether)
            Gather(gradient, part, h, memory, SoFar(gradient, part, h, memory), default(NoPrefetch));
    }

    /// <summary>
    /// Gathers the last part and hands the sum of all on. The source of the image <paramref name="following"/> is prefetched meanwhile.
    /// </summary>
    public static void Image(in SeparableGradient gradient, int n, int following, int item, float* x, float* memory)
    {
        ref readonly var source = ref gradient.Call.Source;
        var dx = memory + gradient.DiffRows;
        var sums = memory + gradient.RowSums;
        var pattern = source.Period * S.Width;
        var (length, normalized) = (source.Width * source.Channels, gradient.Call.Scale != null);
        new Span<float>(sums, 2 * pattern).Clear();
        var stream = source.StrideW == 1 && (long)gradient.Call.Images * source.Height * length >= NonTemporal.Threshold;
        for (var h = 0; h < source.Height; h += gradient.RowsTogether)
        {
            var rows = Math.Min(gradient.RowsTogether, source.Height - h);
            var diff = gradient.DiffSrc.From(((long)n * source.Height + h) * source.Width);
            var dst = diff.First;
            var gate = x + (h + source.Border) * source.RowFloats;
            // A row of the kernel is a part of the channels of a row of pixels.
            var pixels = (source.StrideH * source.Width + source.Period - 1) / source.Period;
            var ahead = new PrefetchBoth<PrefetchSegments, PrefetchSegments>(
                new PrefetchSegments(gradient.Call.SourceAt(following, h), pixels), new PrefetchSegments(stream ? default : diff, pixels));
            Gather(gradient, gradient.Parts - 1, h, memory, dx, ahead);
            if (source.StrideW == 1)
            {
                gate += (nint)source.Border * source.Channels;
                if (normalized)
                {
                    ChannelSums<S, V>.MaskedProducts(dx, gate, source.RowFloats, dst, length, rows, length, source.Period, sums, stream);
                    continue;
                }

                for (nint r = 0; r < rows; r++)
                {
                    float* d = dx + r * source.RowFloats, x0 = gate + r * source.RowFloats;
                    // In one piece, a row is one long pixel.
                    if (diff.Count == 1) PadCopy<S, V>.AddMasked(d, x0, 0, new ChannelSegments(dst + r * length, length), 1, 1);
                    else PadCopy<S, V>.AddMasked(d, x0, source.Channels, diff.From(r * source.Width), source.Width, 1);
                }

                continue;
            }

            for (var phase = 0; phase < source.StrideW; phase++)
            {
                var d = dx + phase * source.PhaseFloats;
                ChannelSums<S, V>.MaskedProducts(
                    d, gate + phase * source.PhaseFloats + (nint)source.FirstColumn(phase) * source.Channels, source.RowFloats, d,
                        source.RowFloats, rows,
                    source.Columns(phase) * source.Channels, source.Period, sums, stream: false);
            }

            for (var r = 0; r < rows; r++, dst += length)
            {
                var row = source.Interleave(dx + r * source.RowFloats, memory + gradient.Row);
                if (normalized) new Span<float>(row, length).CopyTo(new Span<float>(dst, length));
                else LaneStores<S, V>.PutRun(row, dst, length, accumulate: true);
            }
        }

        if (!normalized) return;
        var totals = gradient.SourceSums + (nint)item * 2 * source.Channels;
        ChannelPattern.Fold(sums, totals, source.Channels, pattern);
        ChannelPattern.Fold(sums + pattern, totals + source.Channels, source.Channels, pattern);
    }

    /// <summary>dx of rows h … and all remainders of columns: what the parts before gave, and this part's taps.</summary>
    private static void Gather<F>(in SeparableGradient gradient, int part, int h, float* memory, float* dx, F fetch)
        where F : struct, IPrefetch =>
        gradient.Rotated[part].Gather<S, V, F>(
            memory + gradient.Middles, h, Math.Min(h + gradient.RowsTogether, gradient.Call.Source.Height), dx,
            part == 0 ? null : SoFar(gradient, part - 1, h, memory), fetch);

    // Two images by turns: a run must not overwrite what it starts from.
    private static float* SoFar(in SeparableGradient gradient, int part, int h, float* memory) =>
        memory + gradient.PartSums + part % 2 * gradient.PartFloats + h * gradient.Call.Source.RowFloats;
}
