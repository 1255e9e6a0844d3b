using MIOpenDarts.Layers.Backends.Cpu.Simd;

namespace MIOpenDarts.Layers.Backends.Cpu.Building;

/// <summary>Products whose rows have other numbers between them, as those of some channels of a pixel.</summary>
internal static unsafe class GemmRows<S, V>
    where S : struct, ISimd<V>
    where V : struct
{
    /// <summary>
    /// c (+)= a · b, rows of c <paramref name="ldc"/> floats apart: through <paramref name="tile"/> where a row has no whole vectors, as
    /// half a vector would spoil what is beside it. Where rows of a and c are four floats and nothing else, those of b must be four floats
    /// again and again, as <see cref="FourChannels{S,V}"/> reads them.
    /// </summary>
    public static void Run<F>(
        float* a, nint lda, float* b, nint ldb, float* c, nint ldc, (int M, int N, int K) extents, bool accumulate, float* tile, F fetch)
        where F : struct, IPrefetch
    {
        var (m, n, k) = extents;
        if ((n, k, lda, ldc) == (FourChannels<S, V>.Channels, FourChannels<S, V>.Channels, n, n) && n < S.Width)
        {
            var (pixels, whole) = (S.Width / n, new OutputRowMap(c, S.Width));
            if (accumulate) FourChannels<S, V>.Run(a, b, whole, m / pixels, default(Accumulate<S, V>), fetch);
            else FourChannels<S, V>.Run(a, b, whole, m / pixels, default(Store<S, V>), fetch);
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
