using System.Runtime.CompilerServices;
using MIOpenDarts.Layers.Backends.Cpu.Simd;

namespace MIOpenDarts.Layers.Backends.Cpu.Convolution;

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
    private const int FloatsPerTile = 8192;

    /// <summary>Over the pixels of a grid; input k of a pixel lies at offsets[k]. Lanes behind the last output sum what lies there and are not used.</summary>
    public static void Add(float* x, float* dy, PixelGrid grid, int* offsets, int inputs, int outputs, float* sums)
    {
        if (grid.Pixels <= 0) return;
        // Every block of filters reads all pixels again: few enough of them that they stay in the first cache.
        var tile = Math.Max(1, FloatsPerTile / ((grid.XStep + grid.YStep) * grid.Pixels));
        for (var row = 0; row < grid.Rows; row += tile)
            Tile(
                x + row * grid.XRow, dy + row * grid.YRow, grid with { Rows = Math.Min(tile, grid.Rows - row) }, offsets, inputs,
                FilterBank<S, V>.Padded(outputs), sums);
    }

    private static void Tile(float* x, float* dy, in PixelGrid grid, int* offsets, int inputs, int pitch, float* sums)
    {
        for (var o = 0; o < pitch;)
        {
            var vectors = (pitch - o) / S.Width;
            vectors = vectors == 4 ? 2 : Math.Min(vectors, 3);
            for (var k = 0; k < inputs;)
            {
                // Inputs behind the last one repeat it; their sums are not kept.
                var (left, to) = (inputs - k, (long)k * pitch + o);
                if (vectors == 3) FourByThree(x, offsets + k, left, dy + o, grid, sums + to, pitch);
                else if (vectors == 2) FourByTwo(x, offsets + k, left, dy + o, grid, sums + to, pitch);
                else if (left <= 4) FourByOne(x, offsets + k, left, dy + o, grid, sums + to, pitch);
                else EightByOne(x, offsets + k, left, dy + o, grid, sums + to, pitch);
                k += vectors == 1 ? 8 : 4;
            }

            o += vectors * S.Width;
        }
    }

    private static void FourByThree(float* x, int* offsets, int valid, float* dy, in PixelGrid grid, float* sums, int pitch)
    {
        float* x0 = x + offsets[0], x1 = x + offsets[Math.Min(1, valid - 1)], x2 = x + offsets[Math.Min(2, valid - 1)], x3 = x + offsets[Math.Min(3, valid - 1)];
        V a0 = S.Zero, a1 = a0, a2 = a0, a3 = a0;
        V b0 = a0, b1 = a0, b2 = a0, b3 = a0;
        V c0 = a0, c1 = a0, c2 = a0, c3 = a0;
        nint at = 0, xStep = grid.XStep, dyStep = grid.YStep, xSkip = grid.XRow - grid.Pixels * xStep, dySkip = grid.YRow - grid.Pixels * dyStep;
        for (var row = grid.Rows; row > 0; row--, at += xSkip, dy += dySkip)
        {
            for (var pixel = grid.Pixels; pixel > 0; pixel--, at += xStep, dy += dyStep)
            {
                V d = S.Load(dy), e = S.Load(dy + S.Width), f = S.Load(dy + 2 * S.Width);
                V p0 = S.Broadcast(x0[at]), p1 = S.Broadcast(x1[at]), p2 = S.Broadcast(x2[at]), p3 = S.Broadcast(x3[at]);
                a0 = S.MultiplyAdd(p0, d, a0);
                b0 = S.MultiplyAdd(p0, e, b0);
                c0 = S.MultiplyAdd(p0, f, c0);
                a1 = S.MultiplyAdd(p1, d, a1);
                b1 = S.MultiplyAdd(p1, e, b1);
                c1 = S.MultiplyAdd(p1, f, c1);
                a2 = S.MultiplyAdd(p2, d, a2);
                b2 = S.MultiplyAdd(p2, e, b2);
                c2 = S.MultiplyAdd(p2, f, c2);
                a3 = S.MultiplyAdd(p3, d, a3);
                b3 = S.MultiplyAdd(p3, e, b3);
                c3 = S.MultiplyAdd(p3, f, c3);
            }
        }

        AddRows(sums, pitch, valid, a0, a1, a2, a3);
        AddRows(sums + S.Width, pitch, valid, b0, b1, b2, b3);
        AddRows(sums + 2 * S.Width, pitch, valid, c0, c1, c2, c3);
    }

    private static void FourByTwo(float* x, int* offsets, int valid, float* dy, in PixelGrid grid, float* sums, int pitch)
    {
        float* x0 = x + offsets[0], x1 = x + offsets[Math.Min(1, valid - 1)], x2 = x + offsets[Math.Min(2, valid - 1)], x3 = x + offsets[Math.Min(3, valid - 1)];
        V a0 = S.Zero, a1 = a0, a2 = a0, a3 = a0;
        V b0 = a0, b1 = a0, b2 = a0, b3 = a0;
        nint at = 0, xStep = grid.XStep, dyStep = grid.YStep, xSkip = grid.XRow - grid.Pixels * xStep, dySkip = grid.YRow - grid.Pixels * dyStep;
        for (var row = grid.Rows; row > 0; row--, at += xSkip, dy += dySkip)
        {
            for (var pixel = grid.Pixels; pixel > 0; pixel--, at += xStep, dy += dyStep)
            {
                V d = S.Load(dy), e = S.Load(dy + S.Width);
                V p0 = S.Broadcast(x0[at]), p1 = S.Broadcast(x1[at]), p2 = S.Broadcast(x2[at]), p3 = S.Broadcast(x3[at]);
                a0 = S.MultiplyAdd(p0, d, a0);
                b0 = S.MultiplyAdd(p0, e, b0);
                a1 = S.MultiplyAdd(p1, d, a1);
                b1 = S.MultiplyAdd(p1, e, b1);
                a2 = S.MultiplyAdd(p2, d, a2);
                b2 = S.MultiplyAdd(p2, e, b2);
                a3 = S.MultiplyAdd(p3, d, a3);
                b3 = S.MultiplyAdd(p3, e, b3);
            }
        }

        AddRows(sums, pitch, valid, a0, a1, a2, a3);
        AddRows(sums + S.Width, pitch, valid, b0, b1, b2, b3);
    }

    private static void EightByOne(float* x, int* offsets, int valid, float* dy, in PixelGrid grid, float* sums, int pitch)
    {
        float* x0 = x + offsets[0], x1 = x + offsets[Math.Min(1, valid - 1)], x2 = x + offsets[Math.Min(2, valid - 1)], x3 = x + offsets[Math.Min(3, valid - 1)];
        float* x4 = x + offsets[Math.Min(4, valid - 1)], x5 = x + offsets[Math.Min(5, valid - 1)], x6 = x + offsets[Math.Min(6, valid - 1)], x7 = x + offsets[Math.Min(7, valid - 1)];
        V a0 = S.Zero, a1 = a0, a2 = a0, a3 = a0, a4 = a0, a5 = a0, a6 = a0, a7 = a0;
        nint at = 0, xStep = grid.XStep, dyStep = grid.YStep, xSkip = grid.XRow - grid.Pixels * xStep, dySkip = grid.YRow - grid.Pixels * dyStep;
        for (var row = grid.Rows; row > 0; row--, at += xSkip, dy += dySkip)
        {
            for (var pixel = grid.Pixels; pixel > 0; pixel--, at += xStep, dy += dyStep)
            {
                V d = S.Load(dy);
                a0 = S.MultiplyAdd(S.Broadcast(x0[at]), d, a0);
                a1 = S.MultiplyAdd(S.Broadcast(x1[at]), d, a1);
                a2 = S.MultiplyAdd(S.Broadcast(x2[at]), d, a2);
                a3 = S.MultiplyAdd(S.Broadcast(x3[at]), d, a3);
                a4 = S.MultiplyAdd(S.Broadcast(x4[at]), d, a4);
                a5 = S.MultiplyAdd(S.Broadcast(x5[at]), d, a5);
                a6 = S.MultiplyAdd(S.Broadcast(x6[at]), d, a6);
                a7 = S.MultiplyAdd(S.Broadcast(x7[at]), d, a7);
            }
        }

        AddRows(sums, pitch, valid, a0, a1, a2, a3);
        AddRows(sums + 4L * pitch, pitch, valid - 4, a4, a5, a6, a7);
    }

    private static void FourByOne(float* x, int* offsets, int valid, float* dy, in PixelGrid grid, float* sums, int pitch)
    {
        float* x0 = x + offsets[0], x1 = x + offsets[Math.Min(1, valid - 1)], x2 = x + offsets[Math.Min(2, valid - 1)], x3 = x + offsets[Math.Min(3, valid - 1)];
        V a0 = S.Zero, a1 = a0, a2 = a0, a3 = a0;
        nint at = 0, xStep = grid.XStep, dyStep = grid.YStep, xSkip = grid.XRow - grid.Pixels * xStep, dySkip = grid.YRow - grid.Pixels * dyStep;
        for (var row = grid.Rows; row > 0; row--, at += xSkip, dy += dySkip)
        {
            for (var pixel = grid.Pixels; pixel > 0; pixel--, at += xStep, dy += dyStep)
            {
                V d = S.Load(dy);
                a0 = S.MultiplyAdd(S.Broadcast(x0[at]), d, a0);
                a1 = S.MultiplyAdd(S.Broadcast(x1[at]), d, a1);
                a2 = S.MultiplyAdd(S.Broadcast(x2[at]), d, a2);
                a3 = S.MultiplyAdd(S.Broadcast(x3[at]), d, a3);
            }
        }

        AddRows(sums, pitch, valid, a0, a1, a2, a3);
    }

    // Inlined: across a call the sums would leave their registers, in every turn of the loop before it.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void AddRows(float* sums, int pitch, int valid, V a0, V a1, V a2, V a3)
    {
        if (valid > 0) AddTo(sums, a0);
        if (valid > 1) AddTo(sums + pitch, a1);
        if (valid > 2) AddTo(sums + 2L * pitch, a2);
        if (valid > 3) AddTo(sums + 3L * pitch, a3);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void AddTo(float* sums, V value) => S.Store(S.Add(S.Load(sums), value), sums);
}
