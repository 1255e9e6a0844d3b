using MIOpenDarts.Layers.Backends.Cpu.Simd;

namespace MIOpenDarts.Layers.Backends.Cpu.Kernels;

/// <summary>
/// Gradient of filters that mix channels: sums[k, o] += Σ over pixels of x[pixel, k] · dy[pixel, o], vectors over o.
/// sums: [inputs][outputs rounded up to whole vectors].
/// </summary>
/// <typeparam name="S">Instructions of the vector width.</typeparam>
/// <typeparam name="V">Vector of that width.</typeparam>
internal static unsafe class FilterGradient<S, V>
    where S : struct, ISimd<V>
    where V : struct
{
    /// <summary>
    /// <paramref name="pixels"/> pixels, <paramref name="xStep"/> floats apart in x and <paramref name="dyStep"/> in dy. Lanes behind the
    /// last output sum what happens to lie there and are not used.
    /// </summary>
    public static void Add(float* x, int xStep, Runs runs, float* dy, int dyStep, int pixels, int outputs, float* sums)
    {
        var pitch = FilterBank<S, V>.Padded(outputs);
        for (var o = 0; o < pitch;)
        {
            var two = o + 2 * S.Width <= pitch;
            for (var r = 0; r < runs.Count; r++)
                for (var k = 0; k < runs.Length;)
                {
                    var from = x + runs.Offset[r] + k;
                    var to = sums + (long)(r * runs.Length + k) * pitch + o;
                    var left = runs.Length - k;
                    if (left >= 8 && two) EightByTwo(from, xStep, dy + o, dyStep, pixels, to, pitch);
                    else if (left >= 8) EightByOne(from, xStep, dy + o, dyStep, pixels, to, pitch);
                    else
                        for (var l = 0; l < left; l++)
                        {
                            One(from + l, xStep, dy + o, dyStep, pixels, to + (long)l * pitch);
                            if (two) One(from + l, xStep, dy + o + S.Width, dyStep, pixels, to + (long)l * pitch + S.Width);
                        }

                    k += 8;
                }

            o += two ? 2 * S.Width : S.Width;
        }
    }

    private static void EightByTwo(float* x, int xStep, float* dy, int dyStep, int pixels, float* sums, int pitch)
    {
        V a0 = S.Zero, a1 = a0, a2 = a0, a3 = a0, a4 = a0, a5 = a0, a6 = a0, a7 = a0;
        V b0 = a0, b1 = a0, b2 = a0, b3 = a0, b4 = a0, b5 = a0, b6 = a0, b7 = a0;
        for (var pixel = 0; pixel < pixels; pixel++, x += xStep, dy += dyStep)
        {
            V d = S.Load(dy), e = S.Load(dy + S.Width);
            V x0 = S.Broadcast(x[0]), x1 = S.Broadcast(x[1]), x2 = S.Broadcast(x[2]), x3 = S.Broadcast(x[3]);
            V x4 = S.Broadcast(x[4]), x5 = S.Broadcast(x[5]), x6 = S.Broadcast(x[6]), x7 = S.Broadcast(x[7]);
            a0 = S.MultiplyAdd(x0, d, a0);
            b0 = S.MultiplyAdd(x0, e, b0);
            a1 = S.MultiplyAdd(x1, d, a1);
            b1 = S.MultiplyAdd(x1, e, b1);
            a2 = S.MultiplyAdd(x2, d, a2);
            b2 = S.MultiplyAdd(x2, e, b2);
            a3 = S.MultiplyAdd(x3, d, a3);
            b3 = S.MultiplyAdd(x3, e, b3);
            a4 = S.MultiplyAdd(x4, d, a4);
            b4 = S.MultiplyAdd(x4, e, b4);
            a5 = S.MultiplyAdd(x5, d, a5);
            b5 = S.MultiplyAdd(x5, e, b5);
            a6 = S.MultiplyAdd(x6, d, a6);
            b6 = S.MultiplyAdd(x6, e, b6);
            a7 = S.MultiplyAdd(x7, d, a7);
            b7 = S.MultiplyAdd(x7, e, b7);
        }

        AddTo(sums, pitch, a0, a1, a2, a3, a4, a5, a6, a7);
        AddTo(sums + S.Width, pitch, b0, b1, b2, b3, b4, b5, b6, b7);
    }

    private static void EightByOne(float* x, int xStep, float* dy, int dyStep, int pixels, float* sums, int pitch)
    {
        V a0 = S.Zero, a1 = a0, a2 = a0, a3 = a0, a4 = a0, a5 = a0, a6 = a0, a7 = a0;
        for (var pixel = 0; pixel < pixels; pixel++, x += xStep, dy += dyStep)
        {
            var d = S.Load(dy);
            a0 = S.MultiplyAdd(S.Broadcast(x[0]), d, a0);
            a1 = S.MultiplyAdd(S.Broadcast(x[1]), d, a1);
            a2 = S.MultiplyAdd(S.Broadcast(x[2]), d, a2);
            a3 = S.MultiplyAdd(S.Broadcast(x[3]), d, a3);
            a4 = S.MultiplyAdd(S.Broadcast(x[4]), d, a4);
            a5 = S.MultiplyAdd(S.Broadcast(x[5]), d, a5);
            a6 = S.MultiplyAdd(S.Broadcast(x[6]), d, a6);
            a7 = S.MultiplyAdd(S.Broadcast(x[7]), d, a7);
        }

        AddTo(sums, pitch, a0, a1, a2, a3, a4, a5, a6, a7);
    }

    private static void One(float* x, int xStep, float* dy, int dyStep, int pixels, float* sums)
    {
        // Two sums in turn, for the latency of the multiply-add.
        V a = S.Load(sums), b = S.Zero;
        var pixel = 0;
        for (; pixel + 2 <= pixels; pixel += 2, x += 2 * xStep, dy += 2 * dyStep)
        {
            a = S.MultiplyAdd(S.Broadcast(*x), S.Load(dy), a);
            b = S.MultiplyAdd(S.Broadcast(x[xStep]), S.Load(dy + dyStep), b);
        }

        if (pixel < pixels) a = S.MultiplyAdd(S.Broadcast(*x), S.Load(dy), a);
        S.Store(S.Add(a, b), sums);
    }

    private static void AddTo(float* sums, int pitch, V a0, V a1, V a2, V a3, V a4, V a5, V a6, V a7)
    {
        AddTo(sums, a0);
        AddTo(sums + pitch, a1);
        AddTo(sums + 2L * pitch, a2);
        AddTo(sums + 3L * pitch, a3);
        AddTo(sums + 4L * pitch, a4);
        AddTo(sums + 5L * pitch, a5);
        AddTo(sums + 6L * pitch, a6);
        AddTo(sums + 7L * pitch, a7);
    }

    private static void AddTo(float* sums, V value) => S.Store(S.Add(S.Load(sums), value), sums);
}
