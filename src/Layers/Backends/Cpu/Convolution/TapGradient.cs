using MIOpenDarts.Layers.Backends.Cpu.Simd;

namespace MIOpenDarts.Layers.Backends.Cpu.Convolution;

/// <summary>Gradient of a filter that mixes no channels: sums[tap][p] += Σ over pixels of x · dy.</summary>
/// <typeparam name="S">Instructions of the vector width.</typeparam>
/// <typeparam name="V">Vector of that width.</typeparam>
internal static unsafe class TapGradient<S, V>
    where S : struct, ISimd<V>
    where V : struct
{
    /// <summary>
    /// Over one image. x: padded source whose rows of outputs are <paramref name="xPitch"/> apart, dy: [rows, count],
    /// sums: [taps, period].
    /// </summary>
    public static void Image(float* x, long xPitch, Taps taps, float* dy, int rows, int count, int period, float* sums)
    {
        for (var first = 0; first < taps.Count; first += 9)
            for (var p = 0; p < period && p < count; p += S.Width)
                Nine(x + p, xPitch, taps, first, dy + p, rows, count, count - p, period, sums + p);
    }

    private static void Nine(float* x, long xPitch, Taps taps, int first, float* dy, int rows, long dyPitch, int length, int period, float* sums)
    {
        // Taps behind the last one repeat it; their sums are not kept.
        var last = taps.Count - 1;
        float* x0 = x + taps.Offset[first], x1 = x + taps.Offset[Math.Min(first + 1, last)], x2 = x + taps.Offset[Math.Min(first + 2, last)];
        float* x3 = x + taps.Offset[Math.Min(first + 3, last)], x4 = x + taps.Offset[Math.Min(first + 4, last)];
        float* x5 = x + taps.Offset[Math.Min(first + 5, last)], x6 = x + taps.Offset[Math.Min(first + 6, last)];
        float* x7 = x + taps.Offset[Math.Min(first + 7, last)], x8 = x + taps.Offset[Math.Min(first + 8, last)];
        V a0 = S.Zero, a1 = a0, a2 = a0, a3 = a0, a4 = a0, a5 = a0, a6 = a0, a7 = a0, a8 = a0;
        nint start = 0, step = period;
        for (var row = 0; row < rows; row++, start += (nint)xPitch, dy += dyPitch - xPitch)
        {
            var end = start + length;
            for (var j = start; j < end; j += step)
            {
                var d = S.Load(dy + j);
                if (j + S.Width > end) d = S.LoadPart(dy + j, (int)(end - j));
                a0 = S.MultiplyAdd(d, S.Load(x0 + j), a0);
                a1 = S.MultiplyAdd(d, S.Load(x1 + j), a1);
                a2 = S.MultiplyAdd(d, S.Load(x2 + j), a2);
                a3 = S.MultiplyAdd(d, S.Load(x3 + j), a3);
                a4 = S.MultiplyAdd(d, S.Load(x4 + j), a4);
                a5 = S.MultiplyAdd(d, S.Load(x5 + j), a5);
                a6 = S.MultiplyAdd(d, S.Load(x6 + j), a6);
                a7 = S.MultiplyAdd(d, S.Load(x7 + j), a7);
                a8 = S.MultiplyAdd(d, S.Load(x8 + j), a8);
            }
        }

        Add(a0, first);
        Add(a1, first + 1);
        Add(a2, first + 2);
        Add(a3, first + 3);
        Add(a4, first + 4);
        Add(a5, first + 5);
        Add(a6, first + 6);
        Add(a7, first + 7);
        Add(a8, first + 8);

        void Add(V sum, int tap)
        {
            if (tap > last) return;
            var place = sums + (long)taps.Filter[tap] * period;
            S.Store(S.Add(S.Load(place), sum), place);
        }
    }
}
