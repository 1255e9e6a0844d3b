using MIOpenDarts.Layers.Backends.Cpu.Simd;

namespace MIOpenDarts.Layers.Backends.Cpu.Convolution;

/// <summary>
/// Where the inputs of one output pixel lie: runs of equal length at offsets from the pixel's own place. A 1x1 convolution has one
/// run (its channels), a 3x3 convolution three (its rows) or nine (its taps).
/// </summary>
internal readonly unsafe struct Runs(int count, int length, int* offset)
{
    public readonly int Count = count;
    public readonly int Length = length;
    public readonly int* Offset = offset;

    /// <summary>Inputs of one output.</summary>
    public int Inputs => Count * Length;
}

/// <summary>
/// The product of pixels and filters that every convolution with channel mixing comes down to:
/// y[pixel, o] (+)= Σ_k x[pixel, k] · filter[k, o], vectors over o, k over the runs of a pixel.
/// filters: [o / width][k][width], padded with zeros.
/// </summary>
/// <typeparam name="S">Instructions of the vector width.</typeparam>
/// <typeparam name="V">Vector of that width.</typeparam>
internal static unsafe class FilterBank<S, V>
    where S : struct, ISimd<V>
    where V : struct
{
    private const int FloatsPerTile = 4096;

    /// <summary>Floats of packed filters.</summary>
    public static long PackedFloats(int inputs, int outputs) => (long)inputs * Padded(outputs);

    /// <summary>Outputs rounded up to whole vectors.</summary>
    public static int Padded(int outputs) => (outputs + S.Width - 1) / S.Width * S.Width;

    /// <summary>Place of filter number (k, o) among <paramref name="inputs"/> inputs.</summary>
    public static long Place(int k, int o, int inputs) => ((long)(o / S.Width) * inputs + k) * S.Width + o % S.Width;

    /// <summary><paramref name="pixels"/> pixels that lie <paramref name="xStep"/> floats apart in x and <paramref name="yStep"/> in y.</summary>
    public static void Forward(
        float* x, int xStep, Runs runs, float* filters, float* y, int yStep, int pixels, int outputs, bool accumulate)
    {
        // Every block of outputs reads all pixels again: few enough of them that they stay in the first cache.
        var tile = Math.Max(8, FloatsPerTile / xStep / 8 * 8);
        for (; pixels > 0; pixels -= tile, x += (long)tile * xStep, y += (long)tile * yStep)
            Tile(x, xStep, runs, filters, y, yStep, Math.Min(tile, pixels), outputs, accumulate);
    }

    private static void Tile(
        float* x, int xStep, Runs runs, float* filters, float* y, int yStep, int pixels, int outputs, bool accumulate)
    {
        var block = (long)runs.Inputs * S.Width;
        for (var o = 0; o < outputs;)
        {
            var vectors = (outputs - o + S.Width - 1) / S.Width;
            // Three vectors leave four pixels twelve sums: enough to hide the latency of a multiply-add, few enough for the registers.
            vectors = vectors == 4 ? 2 : Math.Min(vectors, 3);
            var valid = Math.Min(S.Width, outputs - o - (vectors - 1) * S.Width);
            var pixel = 0;
            if (vectors == 1)
                for (; pixel + 8 <= pixels; pixel += 8)
                    EightByOne(x + (long)pixel * xStep, xStep, runs, filters, y + (long)pixel * yStep, yStep, valid, accumulate);
            else if (vectors == 2)
                for (; pixel + 4 <= pixels; pixel += 4)
                    FourByTwo(x + (long)pixel * xStep, xStep, runs, filters, filters + block, y + (long)pixel * yStep, yStep, valid, accumulate);
            else
                for (; pixel + 4 <= pixels; pixel += 4)
                    FourByThree(x + (long)pixel * xStep, xStep, runs, filters, block, y + (long)pixel * yStep, yStep, valid, accumulate);

            for (; pixel < pixels; pixel++)
                for (var v = 0; v < vectors; v++)
                    One(
                        x + (long)pixel * xStep, runs, filters + v * block, y + (long)pixel * yStep + v * S.Width,
                        v == vectors - 1 ? valid : S.Width, accumulate);

            o += vectors * S.Width;
            y += vectors * S.Width;
            filters += vectors * block;
        }
    }

    private static void EightByOne(float* x, int xStep, Runs runs, float* f, float* y, int yStep, int valid, bool accumulate)
    {
        V a0 = S.Zero, a1 = a0, a2 = a0, a3 = a0, a4 = a0, a5 = a0, a6 = a0, a7 = a0;
        for (var r = 0; r < runs.Count; r++)
        {
            var x0 = x + runs.Offset[r];
            var x4 = x0 + 4L * xStep;
            for (var k = 0; k < runs.Length; k++, x0++, x4++, f += S.Width)
            {
                var v = S.Load(f);
                a0 = S.MultiplyAdd(S.Broadcast(*x0), v, a0);
                a1 = S.MultiplyAdd(S.Broadcast(x0[xStep]), v, a1);
                a2 = S.MultiplyAdd(S.Broadcast(x0[2 * xStep]), v, a2);
                a3 = S.MultiplyAdd(S.Broadcast(x0[3 * xStep]), v, a3);
                a4 = S.MultiplyAdd(S.Broadcast(*x4), v, a4);
                a5 = S.MultiplyAdd(S.Broadcast(x4[xStep]), v, a5);
                a6 = S.MultiplyAdd(S.Broadcast(x4[2 * xStep]), v, a6);
                a7 = S.MultiplyAdd(S.Broadcast(x4[3 * xStep]), v, a7);
            }
        }

        Put(a0, y, valid, accumulate);
        Put(a1, y + yStep, valid, accumulate);
        Put(a2, y + 2 * yStep, valid, accumulate);
        Put(a3, y + 3 * yStep, valid, accumulate);
        Put(a4, y + 4 * yStep, valid, accumulate);
        Put(a5, y + 5 * yStep, valid, accumulate);
        Put(a6, y + 6 * yStep, valid, accumulate);
        Put(a7, y + 7 * yStep, valid, accumulate);
    }

    private static void FourByTwo(float* x, int xStep, Runs runs, float* f, float* g, float* y, int yStep, int valid, bool accumulate)
    {
        V a0 = S.Zero, a1 = a0, a2 = a0, a3 = a0, b0 = a0, b1 = a0, b2 = a0, b3 = a0;
        for (var r = 0; r < runs.Count; r++)
        {
            var x0 = x + runs.Offset[r];
            for (var k = 0; k < runs.Length; k++, x0++, f += S.Width, g += S.Width)
            {
                V v = S.Load(f), w = S.Load(g);
                V p0 = S.Broadcast(*x0), p1 = S.Broadcast(x0[xStep]), p2 = S.Broadcast(x0[2 * xStep]), p3 = S.Broadcast(x0[3 * xStep]);
                a0 = S.MultiplyAdd(p0, v, a0);
                b0 = S.MultiplyAdd(p0, w, b0);
                a1 = S.MultiplyAdd(p1, v, a1);
                b1 = S.MultiplyAdd(p1, w, b1);
                a2 = S.MultiplyAdd(p2, v, a2);
                b2 = S.MultiplyAdd(p2, w, b2);
                a3 = S.MultiplyAdd(p3, v, a3);
                b3 = S.MultiplyAdd(p3, w, b3);
            }
        }

        Row(a0, b0, y);
        Row(a1, b1, y + yStep);
        Row(a2, b2, y + 2 * yStep);
        Row(a3, b3, y + 3 * yStep);

        void Row(V a, V b, float* to)
        {
            Put(a, to, S.Width, accumulate);
            Put(b, to + S.Width, valid, accumulate);
        }
    }

    private static void FourByThree(float* x, int xStep, Runs runs, float* f, long block, float* y, int yStep, int valid, bool accumulate)
    {
        V a0 = S.Zero, a1 = a0, a2 = a0, a3 = a0, b0 = a0, b1 = a0, b2 = a0, b3 = a0, c0 = a0, c1 = a0, c2 = a0, c3 = a0;
        var g = f + block;
        var h = g + block;
        for (var r = 0; r < runs.Count; r++)
        {
            var x0 = x + runs.Offset[r];
            for (var k = 0; k < runs.Length; k++, x0++, f += S.Width, g += S.Width, h += S.Width)
            {
                V u = S.Load(f), v = S.Load(g), w = S.Load(h);
                V p0 = S.Broadcast(*x0), p1 = S.Broadcast(x0[xStep]), p2 = S.Broadcast(x0[2 * xStep]), p3 = S.Broadcast(x0[3 * xStep]);
                a0 = S.MultiplyAdd(p0, u, a0);
                b0 = S.MultiplyAdd(p0, v, b0);
                c0 = S.MultiplyAdd(p0, w, c0);
                a1 = S.MultiplyAdd(p1, u, a1);
                b1 = S.MultiplyAdd(p1, v, b1);
                c1 = S.MultiplyAdd(p1, w, c1);
                a2 = S.MultiplyAdd(p2, u, a2);
                b2 = S.MultiplyAdd(p2, v, b2);
                c2 = S.MultiplyAdd(p2, w, c2);
                a3 = S.MultiplyAdd(p3, u, a3);
                b3 = S.MultiplyAdd(p3, v, b3);
                c3 = S.MultiplyAdd(p3, w, c3);
            }
        }

        Row(a0, b0, c0, y);
        Row(a1, b1, c1, y + yStep);
        Row(a2, b2, c2, y + 2 * yStep);
        Row(a3, b3, c3, y + 3 * yStep);

        void Row(V a, V b, V c, float* to)
        {
            Put(a, to, S.Width, accumulate);
            Put(b, to + S.Width, S.Width, accumulate);
            Put(c, to + 2 * S.Width, valid, accumulate);
        }
    }

    private static void One(float* x, Runs runs, float* f, float* y, int valid, bool accumulate)
    {
        var a = S.Zero;
        for (var r = 0; r < runs.Count; r++)
        {
            var x0 = x + runs.Offset[r];
            for (var k = 0; k < runs.Length; k++, f += S.Width) a = S.MultiplyAdd(S.Broadcast(x0[k]), S.Load(f), a);
        }

        Put(a, y, valid, accumulate);
    }

    private static void Put(V value, float* y, int valid, bool accumulate)
    {
        if (accumulate) value = S.Add(S.Load(y), value);
        if (valid == S.Width) S.Store(value, y);
        else S.StorePart(value, y, valid);
    }
}
