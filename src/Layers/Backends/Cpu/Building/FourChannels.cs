using System.Runtime.CompilerServices;
using MIOpenDarts.Layers.Backends.Cpu.Simd;

namespace MIOpenDarts.Layers.Backends.Cpu.Building;

/// <summary>
/// The pointwise convolution of four channels into four: a vector holds several pixels, each in 128 bits of it, within which a permutation
/// spreads one channel over all outputs. No product is with a zero, as those of a block-diagonal filter are.
/// </summary>
internal static unsafe class FourChannels<S, V>
    where S : struct, ISimd<V>
    where V : struct
{
    /// <summary>Channels in and out.</summary>
    public const int Channels = 4;

    /// <summary>
    /// dst = src ∗ filter as <paramref name="end"/> wants it, for some vectors of pixels, each of which is a row of dst.
    /// </summary>
    /// <param name="src">[vectors][pixels of a vector][4].</param>
    /// <param name="filter">[4][one vector]: the outputs' factors of one input, for every pixel of a vector.</param>
    /// <param name="dst">Where the rows go.</param>
    /// <param name="vectors">Rows; a multiple of eight where <paramref name="end"/> must see each once.</param>
    /// <param name="end">What becomes of the sums.</param>
    /// <param name="fetch">What is prefetched meanwhile.</param>
    public static void Run<E, F>(float* src, float* filter, in OutputRowMap dst, int vectors, E end, F fetch)
        where E : struct, IGemmEpilogue<V>
        where F : struct, IPrefetch
    {
        V w0 = S.Load(filter), w1 = S.Load(filter + S.Width), w2 = S.Load(filter + 2 * S.Width), w3 = S.Load(filter + 3 * S.Width);
        for (var i = 0; i < vectors;)
        {
            if (vectors - i < 8 && (vectors < 8 || E.Adds))
            {
                var c = dst.At(i);
                S.Store(Product(S.Load(src + i * S.Width), E.Adds ? S.Load(c) : S.Zero, w0, w1, w2, w3), c);
                i++;
                continue;
            }

            // A last block of rows that does not come out even starts earlier and computes some rows a second time.
            i = Math.Min(i, vectors - 8);
            fetch.Rows(i, 8);
            var rows = dst.At(i);
            var block = default(BlockMoments<V>);
            Four(second: false, src + i * S.Width, rows, dst.Apart, end, ref block, w0, w1, w2, w3);
            Four(second: true, src + (i + 4) * S.Width, rows + 4 * dst.Apart, dst.Apart, end, ref block, w0, w1, w2, w3);
            i += 8;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Four<E>(bool second, float* src, float* c, nint ldc, E end, ref BlockMoments<V> block, V w0, V w1, V w2, V w3)
        where E : struct, IGemmEpilogue<V>
    {
        var c0 = Product(S.Load(src), E.Adds ? S.Load(c) : S.Zero, w0, w1, w2, w3);
        var c1 = Product(S.Load(src + S.Width), E.Adds ? S.Load(c + ldc) : S.Zero, w0, w1, w2, w3);
        var c2 = Product(S.Load(src + 2 * S.Width), E.Adds ? S.Load(c + 2 * ldc) : S.Zero, w0, w1, w2, w3);
        var c3 = Product(S.Load(src + 3 * S.Width), E.Adds ? S.Load(c + 3 * ldc) : S.Zero, w0, w1, w2, w3);
        end.Put(second, c, ldc, 0, ref block, c0, c1, c2, c3);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static V Product(V x, V sum, V w0, V w1, V w2, V w3)
    {
        sum = S.MultiplyAdd(S.Spread(x, 0), w0, sum);
        sum = S.MultiplyAdd(S.Spread(x, 1), w1, sum);
        sum = S.MultiplyAdd(S.Spread(x, 2), w2, sum);
        return S.MultiplyAdd(S.Spread(x, 3), w3, sum);
    }
}
