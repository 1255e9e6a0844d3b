using MIOpenDarts.Layers.Backends.Cpu.Simd;
using MIOpenDarts.Layers.Backends.Cpu.Threads;

namespace MIOpenDarts.Layers.Backends.Cpu.Building;

/// <summary>
/// Two sums a channel over x: [pixels, channels]. An item is a run of pixels; it sums in float over a tile that fits a cache and
/// in double over its tiles, and leaves one partial result, so that the grand total depends on the shape alone.
/// </summary>
/// <typeparam name="S">Instructions of the vector width.</typeparam>
/// <typeparam name="V">Vector of that width.</typeparam>
/// <typeparam name="TTerms">What is summed.</typeparam>
internal unsafe struct ChannelTotals<S, V, TTerms> : IParallelBody
    where S : struct, ISimd<V>
    where V : struct
    where TTerms : unmanaged, IChannelTerms<V>
{
    private const int MostItems = 16;
    private const int FloatsPerTile = 16384;
    private readonly TTerms terms;
    private readonly long count;
    private readonly int channels;
    private readonly int period;
    private readonly int tile;
    private readonly long chunk;
    private readonly double* partials;

    /// <summary>Over <paramref name="count"/> numbers. <paramref name="partials"/> has room for <see cref="PartialsFor"/> doubles.</summary>
    public ChannelTotals(TTerms terms, long count, int channels, int period, double* partials)
    {
        (this.terms, this.count, this.channels, this.period) = (terms, count, channels, period);
        this.partials = partials;
        tile = period * Math.Max(1, FloatsPerTile / period);
        var tiles = (count + tile - 1) / tile;
        Items = (int)Math.Min(MostItems, tiles);
        chunk = Items == 0 ? tile : (tiles + Items - 1) / Items * tile;
    }

    /// <summary>Number of runs.</summary>
    public int Items { get; }

    /// <summary>Doubles of scratch memory for these sums.</summary>
    public static long PartialsFor(int channels, int period) => (long)MostItems * 2 * (channels + period);

    public readonly void Run(int item, int thread)
    {
        var lanes = partials + MostItems * 2L * channels + item * 2L * period;
        new Span<double>(lanes, 2 * period).Clear();
        var end = Math.Min(count, (item + 1) * chunk);
        for (var i = item * chunk; i < end; i += tile) AddTile(i, (int)Math.Min(tile, end - i), lanes);

        var sums = partials + item * 2L * channels;
        new Span<double>(sums, 2 * channels).Clear();
        for (var p = 0; p < period; p++)
        {
            sums[p % channels] += lanes[p];
            sums[channels + p % channels] += lanes[period + p];
        }
    }

    /// <summary>first[c] and second[c] over all items, in item order.</summary>
    public readonly void Total(double* first, double* second)
    {
        for (var c = 0; c < channels; c++)
        {
            double a = 0, b = 0;
            for (var item = 0; item < Items; item++)
            {
                a += partials[item * 2L * channels + c];
                b += partials[item * 2L * channels + channels + c];
            }

            first[c] = a;
            second[c] = b;
        }
    }

    private readonly void AddTile(long start, int length, double* lanes)
    {
        // Sums are stored before they are flushed: a call while they live in registers would spill them in every turn of the loop.
        var sums = stackalloc float[8 * S.Width];
        var rows = length / period;
        var p = 0;
        for (; p + 4 * S.Width <= period; p += 4 * S.Width)
        {
            Four(start + p, p, rows, sums);
            for (var v = 0; v < 4 * S.Width; v += S.Width) Flush(sums + v, sums + 4 * S.Width + v, lanes + p + v, S.Width);
        }

        for (; p < period; p += S.Width)
        {
            One(start + p, p, rows, sums);
            Flush(sums, sums + S.Width, lanes + p, S.Width);
        }

        var done = rows * period;
        for (p = 0; done < length; p += S.Width, done += S.Width)
        {
            One(start + done, p, 1, sums);
            Flush(sums, sums + S.Width, lanes + p, Math.Min(S.Width, length - done));
        }
    }

    private readonly void Four(long i, int p, int rows, float* sums)
    {
        var t = terms;
        V a0 = S.Zero, a1 = a0, a2 = a0, a3 = a0, b0 = a0, b1 = a0, b2 = a0, b3 = a0;
        for (; rows > 0; rows--, i += period)
        {
            a0 = t.First(a0, i, p);
            b0 = t.Second(b0, i, p);
            a1 = t.First(a1, i + S.Width, p + S.Width);
            b1 = t.Second(b1, i + S.Width, p + S.Width);
            a2 = t.First(a2, i + 2 * S.Width, p + 2 * S.Width);
            b2 = t.Second(b2, i + 2 * S.Width, p + 2 * S.Width);
            a3 = t.First(a3, i + 3 * S.Width, p + 3 * S.Width);
            b3 = t.Second(b3, i + 3 * S.Width, p + 3 * S.Width);
        }

        S.Store(a0, sums);
        S.Store(a1, sums + S.Width);
        S.Store(a2, sums + 2 * S.Width);
        S.Store(a3, sums + 3 * S.Width);
        S.Store(b0, sums + 4 * S.Width);
        S.Store(b1, sums + 5 * S.Width);
        S.Store(b2, sums + 6 * S.Width);
        S.Store(b3, sums + 7 * S.Width);
    }

    private readonly void One(long i, int p, int rows, float* sums)
    {
        V a = S.Zero, b = S.Zero;
        for (; rows > 0; rows--, i += period)
        {
            a = terms.First(a, i, p);
            b = terms.Second(b, i, p);
        }

        S.Store(a, sums);
        S.Store(b, sums + S.Width);
    }

    private readonly void Flush(float* first, float* second, double* lanes, int valid)
    {
        for (var l = 0; l < valid; l++)
        {
            lanes[l] += first[l];
            lanes[period + l] += second[l];
        }
    }
}
