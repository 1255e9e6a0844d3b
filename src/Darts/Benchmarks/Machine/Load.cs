using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace MIOpenDarts.Darts.Benchmarks.Machine;

/// <summary>
/// The loops that no kernel can beat: fused multiply-adds in registers, a triad a = b + s·c through memory, and as many instructions a
/// cycle as the kernels need.
/// </summary>
internal static unsafe class Load
{
    private const int Rounds = 20_000;
    private const int Accumulators = 12;

    // Ten that are read and, lines away, one that is written.
    private const int Factors = 64;
    private static float sink;

    /// <summary>GFLOP/s of multiply-adds on so many threads together.</summary>
    public static double MultiplyAdds(int threads, TimeSpan duration) => PerSecond(threads, duration, _ => Chains()) / 1e9;

    /// <summary>
    /// Turns a second of a loop of ten multiply-adds, a broadcast load for each, and a store: almost five instructions a cycle.
    /// </summary>
    public static double Dispatch(int threads, TimeSpan duration) => PerSecond(threads, duration, _ => Turns());

    /// <summary>GB/s of a triad over arrays of so many bytes each, two read and one written.</summary>
    public static double Triad(int threads, TimeSpan duration, long bytes)
    {
        // Whole blocks of 64 floats, so that every thread's part is aligned for every vector width.
        var share = bytes / sizeof(float) / threads / 64 * 64;
        var arrays = stackalloc nint[3];
        for (var i = 0; i < 3; i++) arrays[i] = (nint)NativeMemory.AlignedAlloc((nuint)(share * threads * sizeof(float)), 64);
        try
        {
            var (a, b, c) = (arrays[0], arrays[1], arrays[2]);
            NativeMemory.Clear((void*)a, (nuint)(share * threads * sizeof(float)));
            NativeMemory.Clear((void*)b, (nuint)(share * threads * sizeof(float)));
            NativeMemory.Clear((void*)c, (nuint)(share * threads * sizeof(float)));
            return PerSecond(threads, duration,
                t => Sweep((float*)a + t * share, (float*)b + t * share, (float*)c + t * share, share)) / 1e9;
        }
        finally
        {
            for (var i = 0; i < 3; i++) NativeMemory.AlignedFree((void*)arrays[i]);
        }
    }

    /// <summary>Units of work a second that all threads did, each repeating its piece until the time is over.</summary>
    private static double PerSecond(int threads, TimeSpan duration, Func<int, double> piece)
    {
        var done = new double[threads];
        var start = Stopwatch.GetTimestamp();
        var others = Enumerable.Range(1, threads - 1).Select(t => new Thread(() => Repeat(t)) { IsBackground = true }).ToList();
        foreach (var thread in others) thread.Start();
        Repeat(0);
        foreach (var thread in others) thread.Join();
        return done.Sum() / Stopwatch.GetElapsedTime(start).TotalSeconds;

        void Repeat(int thread)
        {
            do done[thread] += piece(thread);
            while (Stopwatch.GetElapsedTime(start) < duration);
        }
    }

    private static double Chains() =>
        Vector512.IsHardwareAccelerated ? Chains<Width512, Vector512<float>>()
        : Vector256.IsHardwareAccelerated ? Chains<Width256, Vector256<float>>()
        : Chains<Width128, Vector128<float>>();

    private static double Turns() =>
        Vector512.IsHardwareAccelerated ? Turns<Width512, Vector512<float>>()
        : Vector256.IsHardwareAccelerated ? Turns<Width256, Vector256<float>>()
        : Turns<Width128, Vector128<float>>();

    private static double Sweep(float* a, float* b, float* c, long floats) =>
        Vector512.IsHardwareAccelerated ? Sweep<Width512, Vector512<float>>(a, b, c, floats)
        : Vector256.IsHardwareAccelerated ? Sweep<Width256, Vector256<float>>(a, b, c, floats)
        : Sweep<Width128, Vector128<float>>(a, b, c, floats);

    // Enough independent chains to hide the latency of two pipes; the factor keeps the values in range.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static double Chains<W, V>()
        where W : struct, IVectorWidth<V>
        where V : struct
    {
        var (x, y) = (W.Broadcast(0.999999f), W.Broadcast(1e-7f));
        V r0 = x, r1 = x, r2 = x, r3 = x, r4 = x, r5 = x, r6 = x, r7 = x, r8 = x, r9 = x, r10 = x, r11 = x;
        for (var i = 0; i < Rounds; i++)
        {
            r0 = W.MultiplyAdd(r0, x, y);
            r1 = W.MultiplyAdd(r1, x, y);
            r2 = W.MultiplyAdd(r2, x, y);
            r3 = W.MultiplyAdd(r3, x, y);
            r4 = W.MultiplyAdd(r4, x, y);
            r5 = W.MultiplyAdd(r5, x, y);
            r6 = W.MultiplyAdd(r6, x, y);
            r7 = W.MultiplyAdd(r7, x, y);
            r8 = W.MultiplyAdd(r8, x, y);
            r9 = W.MultiplyAdd(r9, x, y);
            r10 = W.MultiplyAdd(r10, x, y);
            r11 = W.MultiplyAdd(r11, x, y);
        }

        var sum = W.MultiplyAdd(
            r0, r1, W.MultiplyAdd(r2, r3, W.MultiplyAdd(r4, r5, W.MultiplyAdd(r6, r7, W.MultiplyAdd(r8, r9, W.MultiplyAdd(r10, r11, y))))));
        Volatile.Write(ref sink, Unsafe.As<V, float>(ref sum));
        return 2.0 * Rounds * Accumulators * W.Floats;
    }

    // Factors of zero keep the sums; each product loads one of its own.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static double Turns<W, V>()
        where W : struct, IVectorWidth<V>
        where V : struct
    {
        var factors = stackalloc float[Factors];
        var x = W.Broadcast(1);
        V r0 = x, r1 = x, r2 = x, r3 = x, r4 = x, r5 = x, r6 = x, r7 = x, r8 = x, r9 = x;
        for (var i = 0; i < Rounds; i++)
        {
            r0 = W.MultiplyAdd(W.Broadcast(factors[0]), x, r0);
            r1 = W.MultiplyAdd(W.Broadcast(factors[1]), x, r1);
            r2 = W.MultiplyAdd(W.Broadcast(factors[2]), x, r2);
            r3 = W.MultiplyAdd(W.Broadcast(factors[3]), x, r3);
            r4 = W.MultiplyAdd(W.Broadcast(factors[4]), x, r4);
            r5 = W.MultiplyAdd(W.Broadcast(factors[5]), x, r5);
            r6 = W.MultiplyAdd(W.Broadcast(factors[6]), x, r6);
            r7 = W.MultiplyAdd(W.Broadcast(factors[7]), x, r7);
            r8 = W.MultiplyAdd(W.Broadcast(factors[8]), x, r8);
            r9 = W.MultiplyAdd(W.Broadcast(factors[9]), x, r9);
            factors[Factors - 1] = i;
        }

        var sum = W.MultiplyAdd(
            r0, r1, W.MultiplyAdd(r2, r3, W.MultiplyAdd(r4, r5, W.MultiplyAdd(r6, r7, W.MultiplyAdd(r8, r9, x)))));
        Volatile.Write(ref sink, Unsafe.As<V, float>(ref sum));
        return Rounds;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static double Sweep<W, V>(float* a, float* b, float* c, long floats)
        where W : struct, IVectorWidth<V>
        where V : struct
    {
        var s = W.Broadcast(3);
        for (long i = 0; i < floats; i += 2 * W.Floats)
        {
            W.Stream(W.MultiplyAdd(s, W.Load(c + i), W.Load(b + i)), a + i);
            W.Stream(W.MultiplyAdd(s, W.Load(c + i + W.Floats), W.Load(b + i + W.Floats)), a + i + W.Floats);
        }

        return 3.0 * sizeof(float) * floats;
    }
}
