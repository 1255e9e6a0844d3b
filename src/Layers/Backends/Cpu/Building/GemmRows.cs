using MIOpenDarts.Layers.Backends.Cpu.Simd;

namespace MIOpenDarts.Layers.Backends.Cpu.Building;

/// <summary>Products whose rows have other numbers between them, as those of some channels of a pixel.</summary>
internal static unsafe class GemmRows<S, V>
    where S : struct, ISimd<V>
{
    /// <summary>
    /// c (+)= a · b, rows of c <paramref name="ldc"/> floats apart: through <paramref name="tile"/> where a row has no whole vectors, as
    /// half a vector would spoil what is beside it. Where rows of a and c are four or eight floats and nothing else, those of b must repeat
    /// these, as <see cref="FewChannels{S,V}"/> reads them.
    /// </summary>
    public static void Run(
        float* a, nint lda, float* b, nint ldb, float* c, nint ldc, (int M, int N, int K) extents, bool accumulate, float* tile)
    {
        var ((m, n, k), fetch) = (extents, default(NoPrefetch));
        if ((k, lda, ldc) == (n, n, n) && FewChannels<S, V>.Fit(n))
        {
            var (pixels, whole) = (S.Width / n, new OutputRowMap(c, S.Width));
            if (accumulate) FewChannels<S, V>.Run(n, a, b, whole, m / pixels, default(Accumulate<S, V>), fetch);
            else FewChannels<S, V>.Run(n, a, b, whole, m / pixels, default(Store<S, V>), fetch);
            a += m / pixels * S.Width;
            c += m / pixels * S.Width;
            m %= pixels;
        }

        var (isWhole, padded) = (n % S.Width == 0, SourceLayout.RoundUp(n, S.Width));
        var rows = isWhole ? new OutputRowMap(c, ldc) : new OutputRowMap(tile, padded);
        if (isWhole && accumulate) Gemm<S, V>.Run(a, lda, 1, b, ldb, rows, m, n, k, default(Accumulate<S, V>), fetch);
        else Gemm<S, V>.Run(a, lda, 1, b, ldb, rows, m, n, k, default(Store<S, V>), fetch);
        for (var row = 0; row < m && !isWhole; row++) LaneStores<S, V>.PutRun(tile + row * padded, c + row * ldc, n, accumulate);
    }
}
