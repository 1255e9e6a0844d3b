using System.Runtime.CompilerServices;
using MIOpenDarts.Layers.Backends.Cpu.Simd;

namespace MIOpenDarts.Layers.Backends.Cpu.Building;

// For 32 registers: the pixels of a run, loaded once, move along in registers from tap to tap.
internal static unsafe partial class DepthwiseKernel<S, V>
{
    // One assignment after the other: swapped as tuples, the pixels would pass through copies that the compiler keeps.
    /// <summary>Adds the taps of one run to the sums of eight neighbouring outputs.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void MovingPixels(float* p, nint step, float* weights, int taps, int spacing, ref V a0, ref V a1, ref V a2, ref V a3,
        ref V a4, ref V a5, ref V a6, ref V a7)
    {
        V x0 = S.Load(p), x1 = S.Load(p + step), x2 = S.Load(p + 2 * step), x3 = S.Load(p + 3 * step), x4 = S.Load(p + 4 * step),
            x5 = S.Load(p + 5 * step), x6 = S.Load(p + 6 * step), x7 = S.Load(p + 7 * step);
        p += 8 * step;
        for (; ; )
        {
            var f = S.Load(weights);
            weights += step;
            a0 = S.MultiplyAdd(f, x0, a0);
            a1 = S.MultiplyAdd(f, x1, a1);
            a2 = S.MultiplyAdd(f, x2, a2);
            a3 = S.MultiplyAdd(f, x3, a3);
            a4 = S.MultiplyAdd(f, x4, a4);
            a5 = S.MultiplyAdd(f, x5, a5);
            a6 = S.MultiplyAdd(f, x6, a6);
            a7 = S.MultiplyAdd(f, x7, a7);
            if (--taps == 0) break;
            if (spacing == 1)
            {
                x0 = x1;
                x1 = x2;
                x2 = x3;
                x3 = x4;
                x4 = x5;
                x5 = x6;
                x6 = x7;
                x7 = S.Load(p);
                p += step;
            }
            else
            {
                x0 = x2;
                x1 = x3;
                x2 = x4;
                x3 = x5;
                x4 = x6;
                x5 = x7;
                x6 = S.Load(p);
                x7 = S.Load(p + step);
                p += 2 * step;
            }
        }
    }
}
