using System.Runtime.CompilerServices;
using MIOpenDarts.Layers.Backends.Cpu.Simd;

namespace MIOpenDarts.Layers.Backends.Cpu.Building;

/// <summary>Pairs of sums per channel over runs of pixels.</summary>
internal static unsafe class ChannelSums<S, V>
    where S : struct, ISimd<V>
{
    /// <summary>
    /// dst = z, sums[0] += Σ d, sums[1] += Σ d² by channel pattern, where d = z − shift and sums[2] is the shift: some value of z, so
    /// that a mean far from zero costs no digits.
    /// </summary>
    /// <param name="z">Packed pixels.</param>
    /// <param name="dst">Where they go, or null.</param>
    /// <param name="length">Floats.</param>
    /// <param name="period">Vectors in a channel pattern.</param>
    /// <param name="sums">[3][pattern].</param>
    /// <param name="stream">Whether dst is too large to be found in a cache later.</param>
    public static void Squares(float* z, float* dst, int length, int period, float* sums, bool stream)
    {
        var (whole, pattern) = (length / S.Width * S.Width, period * S.Width);
        if (dst == null)
            Add(new SquareTerms<NoStore<V>>(z, dst, sums + 2 * pattern, S.Zero), whole, pattern, sums, sums + pattern);
        else if (stream && (nint)dst % (sizeof(float) * S.Width) == 0)
            Add(new SquareTerms<NonTemporalStore<S, V>>(z, dst, sums + 2 * pattern, S.Zero), whole, pattern, sums, sums + pattern);
        else
            Add(new SquareTerms<CachedStore<S, V>>(z, dst, sums + 2 * pattern, S.Zero), whole, pattern, sums, sums + pattern);
        for (var i = whole; i < length; i++)
        {
            if (dst != null) dst[i] = z[i];
            var value = z[i] - sums[2 * pattern + i % pattern];
            sums[i % pattern] += value;
            sums[pattern + i % pattern] += value * value;
        }
    }

    /// <summary>Starts sums for an image whose first pixel is at <paramref name="z"/>.</summary>
    public static void Start(float* z, int channels, int period, float* sums)
    {
        var pattern = period * S.Width;
        new Span<float>(sums, 2 * pattern).Clear();
        ChannelPattern.Fill(sums + 2 * pattern, z, channels, pattern);
    }

    /// <summary>The sums by channel: totals: [Σd, Σd², shift][C].</summary>
    public static void Total(float* sums, int channels, int period, double* totals)
    {
        var pattern = period * S.Width;
        new Span<double>(totals, 2 * channels).Clear();
        ChannelPattern.Fold(sums, totals, channels, pattern);
        ChannelPattern.Fold(sums + pattern, totals + channels, channels, pattern);
        for (var c = 0; c < channels; c++) totals[2 * channels + c] = sums[2 * pattern + c];
    }

    /// <summary>
    /// sums[0] += Σ d, sums[1] += Σ d·(z − mean) by channel pattern, over packed pixels. What lies at <paramref name="next"/> is
    /// prefetched.
    /// </summary>
    public static void Products(float* d, float* z, float* means, int length, int period, float* sums, float* next)
    {
        var (whole, pattern) = (length / S.Width * S.Width, period * S.Width);
        Add(new ProductTerms(d, z, means, next, S.Zero), whole, pattern, sums, sums + pattern);
        for (var i = whole; i < length; i++)
        {
            sums[i % pattern] += d[i];
            sums[pattern + i % pattern] += d[i] * (z[i] - means[i % pattern]);
        }
    }

    /// <summary>
    /// dst = d where gate is positive, zero elsewhere; sums[0] += Σ dst, sums[1] += Σ dst·gate by channel pattern. Rows of d and gate
    /// are <paramref name="srcRow"/>, those of dst <paramref name="dstRow"/> floats apart.
    /// </summary>
    public static void MaskedProducts(
        float* d, float* gate, nint srcRow, float* dst, nint dstRow, int rows, int length, int period, float* sums, bool stream)
    {
        var (whole, pattern) = (length / S.Width * S.Width, period * S.Width);
        if (stream && (nint)dst % (sizeof(float) * S.Width) == 0 && dstRow % S.Width == 0)
            Add(new MaskedTerms<NonTemporalStore<S, V>>(d, gate, dst), rows, srcRow, dstRow, whole, pattern, sums, sums + pattern);
        else
            Add(new MaskedTerms<CachedStore<S, V>>(d, gate, dst), rows, srcRow, dstRow, whole, pattern, sums, sums + pattern);
        for (; whole < length && rows > 0; rows--, d += srcRow, gate += srcRow, dst += dstRow)
        {
            for (var i = whole; i < length; i++)
            {
                dst[i] = gate[i] > 0 ? d[i] : 0;
                sums[i % pattern] += dst[i];
                sums[pattern + i % pattern] += dst[i] * gate[i];
            }
        }
    }

    private static void Add<T>(T terms, nint whole, nint pattern, float* first, float* second)
        where T : struct, ITerms<T> => Add(terms, 1, 0, 0, whole, pattern, first, second);

    /// <summary>Four pairs of sums at a time hide the latency of the additions.</summary>
    private static void Add<T>(T terms, int rows, nint srcRow, nint dstRow, nint whole, nint pattern, float* first, float* second)
        where T : struct, ITerms<T>
    {
        for (nint phase = 0; phase < pattern && phase < whole; phase += S.Width)
        {
            var t = terms.At(phase);
            V a0 = S.Load(first + phase), b0 = S.Load(second + phase);
            for (nint r = 0; r < rows; r++)
            {
                V a1 = S.Zero, a2 = S.Zero, a3 = S.Zero, b1 = S.Zero, b2 = S.Zero, b3 = S.Zero;
                var (i, j, end) = (r * srcRow + phase, r * dstRow + phase, r * srcRow + whole);
                for (; i + 3 * pattern < end; i += 4 * pattern, j += 4 * pattern)
                {
                    t.Add(i, j, ref a0, ref b0);
                    t.Add(i + pattern, j + pattern, ref a1, ref b1);
                    t.Add(i + 2 * pattern, j + 2 * pattern, ref a2, ref b2);
                    t.Add(i + 3 * pattern, j + 3 * pattern, ref a3, ref b3);
                }

                for (; i < end; i += pattern, j += pattern) t.Add(i, j, ref a0, ref b0);
                (a0, b0) = (S.Add(S.Add(a0, a1), S.Add(a2, a3)), S.Add(S.Add(b0, b1), S.Add(b2, b3)));
            }

            S.Store(a0, first + phase);
            S.Store(b0, second + phase);
        }
    }

    private interface ITerms<TSelf>
    {
        /// <summary>The terms of one vector of the channel pattern.</summary>
        TSelf At(nint phase);

        /// <summary>Adds the terms of the vector at <paramref name="i"/>, which goes to <paramref name="j"/>.</summary>
        void Add(nint i, nint j, ref V first, ref V second);
    }

    private readonly struct SquareTerms<TStore>(float* z, float* dst, float* shifts, V shift) : ITerms<SquareTerms<TStore>>
        where TStore : struct, IStore<V>
    {
        public SquareTerms<TStore> At(nint phase) => new(z, dst, shifts, S.Load(shifts + phase));

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Add(nint i, nint j, ref V first, ref V second)
        {
            var value = S.Load(z + i);
            TStore.Store(value, dst + j);
            value = S.Subtract(value, shift);
            first = S.Add(first, value);
            second = S.MultiplyAdd(value, value, second);
        }
    }

    private readonly struct ProductTerms(float* d, float* z, float* means, float* next, V mean) : ITerms<ProductTerms>
    {
        public ProductTerms At(nint phase) => new(d, z, means, next, S.Load(means + phase));

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Add(nint i, nint j, ref V first, ref V second)
        {
            PrefetchL2.Fetch(next + i);
            var value = S.Load(d + i);
            first = S.Add(first, value);
            second = S.MultiplyAdd(value, S.Subtract(S.Load(z + i), mean), second);
        }
    }

    private readonly struct MaskedTerms<TStore>(float* d, float* gate, float* dst) : ITerms<MaskedTerms<TStore>>
        where TStore : struct, IStore<V>
    {
        public MaskedTerms<TStore> At(nint phase) => this;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Add(nint i, nint j, ref V first, ref V second)
        {
            var x = S.Load(gate + i);
            var value = S.WherePositive(x, S.Load(d + i));
            TStore.Store(value, dst + j);
            first = S.Add(first, value);
            second = S.MultiplyAdd(value, x, second);
        }
    }
}
