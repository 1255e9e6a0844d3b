using System.Diagnostics;
using MIOpenDarts.Interop.Blas;
using MIOpenDarts.Interop.Devices;
using MIOpenDarts.Interop.Memory;
using MIOpenDarts.Interop.Streams;
using MIOpenDarts.Layers.Randomness;

namespace MIOpenDarts.Layers.Diagnostics;

/// <summary>
/// hipBLAS's matrix product in all four transpositions against plain loops, in sizes for which rocBLAS is known to choose wrong kernels.
/// </summary>
internal static class ProductTest
{
    private static readonly (int M, int N, int K)[] Sizes = [(64, 64, 64), (16, 16, 1024), (96, 130, 72), (1024, 16, 16), (300, 48, 36)];

    /// <summary>One verdict for each transposition. The backend asks for two of them, and MIOpen's own solvers for any.</summary>
    public static IEnumerable<SelfTestVerdict> Run(HipDevice device)
    {
        foreach (var (left, right) in new[] { (false, false), (false, true), (true, false), (true, true) })
        {
            var name = $"matrix product {(left ? "T" : "N")},{(right ? "T" : "N")}";
            SelfTestVerdict verdict;
            try
            {
                using var stream = HipStream.Create(device);
                using var blas = HipBlasHandle.Create(stream);
                var (worst, milliseconds) = (0.0, 0.0);
                foreach (var (m, n, k) in Sizes)
                {
                    var (error, time) = Compare(stream, blas, m, n, k, left, right);
                    worst = error > worst || double.IsNaN(error) ? error : worst;
                    milliseconds += time;
                }

                verdict = SelfTestVerdict.Computed(name, "hipBLAS", worst, milliseconds);
            }
#pragma warning disable CA1031 // Whatever a library does is the verdict on it.
            catch (Exception e)
#pragma warning restore CA1031
            {
                verdict = SelfTestVerdict.Failed(name, "hipBLAS", e, device);
            }

            yield return verdict;
        }
    }

    private static (double Error, double Milliseconds) Compare(HipStream stream, HipBlasHandle blas, int m, int n, int k, bool left,
        bool right)
    {
        float[] a = Draw(m * k, 1), b = Draw(k * n, 2), actual = new float[m * n], expected = new float[m * n];
        for (var j = 0; j < n; j++)
            for (var i = 0; i < m; i++)
            {
                double sum = 0;
                for (var l = 0; l < k; l++) sum += (double)a[left ? i * k + l : l * m + i] * b[right ? l * n + j : j * k + l];
                expected[j * m + i] = (float)sum;
            }

        using var da = DeviceBuffer.Allocate<float>(stream.Device, a.Length);
        using var db = DeviceBuffer.Allocate<float>(stream.Device, b.Length);
        using var dc = DeviceBuffer.Allocate<float>(stream.Device, actual.Length);
        da.Upload<float>(a);
        db.Upload<float>(b);
        var start = Stopwatch.GetTimestamp();
        blas.Gemm(
            1, new Matrix(da.Span, left ? k : m, left ? m : k, left), new Matrix(db.Span, right ? n : k, right ? k : n, right), 0,
                new Matrix(dc.Span, m, n));
        stream.Synchronize();
        var time = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
        dc.Download<float>(actual);
        return (SelfTest.Distance(expected, actual), time);
    }

    private static float[] Draw(int count, int index)
    {
        var random = new CounterRandom(3, RandomStream.Weights, 1, index);
        var values = new float[count];
        foreach (ref var value in values.AsSpan()) value = 2 * random.NextSingle() - 1;
        return values;
    }
}
