using System.Runtime.CompilerServices;
using MIOpenDarts.Layers.Backends.Cpu.Simd;

namespace MIOpenDarts.Layers.Backends.Cpu.Building;

/// <summary>
/// The pointwise convolution of four or eight channels into as many, where a vector holds several pixels: a permutation spreads one input
/// of each pixel over its outputs. No product is with a zero, as those of a block-diagonal filter are.
/// </summary>
internal static unsafe class FewChannels<S, V>
    where S : struct, ISimd<V>
{
    /// <summary>Whether a vector holds several pixels of so many channels, which a permutation can spread.</summary>
    public static bool Fit(int channels) => channels is 4 or 8 && channels < S.Width;

    /// <summary>
    /// dst = src ∗ filter as <paramref name="end"/> wants it, for some vectors of pixels, each of which is a row of dst.
    /// </summary>
    /// <param name="channels">Channels that <see cref="Fit"/>.</param>
    /// <param name="src">[vectors][one vector].</param>
    /// <param name="filter">[channels][one vector]: the outputs' factors of one input, for every pixel of a vector.</param>
    /// <param name="dst">Where the rows go.</param>
    /// <param name="vectors">Rows; a multiple of eight where <paramref name="end"/> must see each once.</param>
    /// <param name="end">What becomes of the sums.</param>
    /// <param name="fetch">What is prefetched meanwhile.</param>
    public static void Run<E, F>(int channels, float* src, float* filter, in OutputRowMap dst, int vectors, E end, F fetch)
        where E : struct, IGemmEpilogue<S, V>
        where F : struct, IPrefetch
    {
        if (channels == 4) HeldFilter<Four, E, F>(src, filter, dst, vectors, end, fetch);
        else HeldFilter<Eight, E, F>(src, filter, dst, vectors, end, fetch);
    }

    // The filter stays in registers.
    private static void HeldFilter<C, E, F>(float* src, float* filter, in OutputRowMap dst, int vectors, E end, F fetch)
        where C : struct, IConstInt
        where E : struct, IGemmEpilogue<S, V>
        where F : struct, IPrefetch
    {
        V w0 = S.Load(filter), w1 = S.Load(filter + S.Width), w2 = S.Load(filter + 2 * S.Width), w3 = S.Load(filter + 3 * S.Width);
        V w4 = w0, w5 = w0, w6 = w0, w7 = w0;
        if (C.Value > 4) (w4, w5) = (S.Load(filter + 4 * S.Width), S.Load(filter + 5 * S.Width));
        if (C.Value > 4) (w6, w7) = (S.Load(filter + 6 * S.Width), S.Load(filter + 7 * S.Width));
        for (var i = 0; i < vectors;)
        {
            var block = default(BlockMoments<V>);
            if (vectors - i < 8 && (vectors < 8 || E.Adds))
            {
                // One row, four times over.
                HeldRows<C, E>(second: false, src + i * S.Width, 0, dst.At(i), 0, end, ref block, w0, w1, w2, w3, w4, w5, w6, w7);
                i++;
                continue;
            }

            // A last block of rows that does not come out even starts earlier and computes some rows a second time.
            i = Math.Min(i, vectors - 8);
            fetch.Rows(i, 8);
            float* x = src + i * S.Width, y = dst.At(i);
            HeldRows<C, E>(second: false, x, S.Width, y, dst.Apart, end, ref block, w0, w1, w2, w3, w4, w5, w6, w7);
            x += 4 * S.Width;
            HeldRows<C, E>(second: true, x, S.Width, y + 4 * dst.Apart, dst.Apart, end, ref block, w0, w1, w2, w3, w4, w5, w6, w7);
            i += 8;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void HeldRows<C, E>(bool second, float* src, nint step, float* c, nint ldc, E end, ref BlockMoments<V> block, V w0,
        V w1, V w2, V w3, V w4, V w5, V w6, V w7)
        where C : struct, IConstInt
        where E : struct, IGemmEpilogue<S, V>
    {
        V c0 = S.Zero, c1 = S.Zero, c2 = S.Zero, c3 = S.Zero;
        if (E.Adds) (c0, c1, c2, c3) = (S.Load(c), S.Load(c + ldc), S.Load(c + 2 * ldc), S.Load(c + 3 * ldc));
        V x0 = S.Load(src), x1 = S.Load(src + step), x2 = S.Load(src + 2 * step), x3 = S.Load(src + 3 * step);
        if (C.Value == 4)
        {
            HeldInputs(x0, x1, x2, x3, w0, w1, w2, w3, ref c0, ref c1, ref c2, ref c3);
        }
        else
        {
            HeldInputs(S.SpreadFour(x0, 0), S.SpreadFour(x1, 0), S.SpreadFour(x2, 0), S.SpreadFour(x3, 0), w0, w1, w2, w3, ref c0, ref c1,
                ref c2, ref c3);
            HeldInputs(S.SpreadFour(x0, 1), S.SpreadFour(x1, 1), S.SpreadFour(x2, 1), S.SpreadFour(x3, 1), w4, w5, w6, w7, ref c0, ref c1,
                ref c2, ref c3);
        }

        end.Put(second, c, ldc, 0, ref block, new(c0, c1, c2, c3));
    }

    /// <summary>Adds the products of four inputs of each pixel, input by input, to the sums of four rows.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void HeldInputs(V x0, V x1, V x2, V x3, V w0, V w1, V w2, V w3, ref V c0, ref V c1, ref V c2, ref V c3)
    {
        OneInput(x0, x1, x2, x3, 0, w0, ref c0, ref c1, ref c2, ref c3);
        OneInput(x0, x1, x2, x3, 1, w1, ref c0, ref c1, ref c2, ref c3);
        OneInput(x0, x1, x2, x3, 2, w2, ref c0, ref c1, ref c2, ref c3);
        OneInput(x0, x1, x2, x3, 3, w3, ref c0, ref c1, ref c2, ref c3);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void OneInput(V x0, V x1, V x2, V x3, int place, V w, ref V c0, ref V c1, ref V c2, ref V c3)
    {
        c0 = S.MultiplyAdd(S.Spread(x0, place), w, c0);
        c1 = S.MultiplyAdd(S.Spread(x1, place), w, c1);
        c2 = S.MultiplyAdd(S.Spread(x2, place), w, c2);
        c3 = S.MultiplyAdd(S.Spread(x3, place), w, c3);
    }
}
