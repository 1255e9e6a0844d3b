using System.Runtime.CompilerServices;
using MIOpenDarts.Layers.Backends.Cpu.Simd;

namespace MIOpenDarts.Layers.Backends.Cpu.Building;

// The taps of a run stay in registers, and each pixel, loaded once, goes into all sums that need it.
internal static unsafe partial class DepthwiseKernel<S, V>
{
    /// <summary>Adds the taps of one run to the sums of eight neighbouring outputs.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void HeldTaps(float* p, nint step, float* weights, int taps, int spacing, ref V a0, ref V a1, ref V a2, ref V a3,
        ref V a4, ref V a5, ref V a6, ref V a7)
    {
        if (taps == 5 && spacing == 1) Neighbours<Five>(p, step, weights, ref a0, ref a1, ref a2, ref a3, ref a4, ref a5, ref a6, ref a7);
        else if (taps == 3 && spacing == 1)
            Neighbours<Three>(p, step, weights, ref a0, ref a1, ref a2, ref a3, ref a4, ref a5, ref a6, ref a7);
        else if (taps == 5) Spaced<Five>(p, step, weights, ref a0, ref a1, ref a2, ref a3, ref a4, ref a5, ref a6, ref a7);
        else if (taps == 3) Spaced<Three>(p, step, weights, ref a0, ref a1, ref a2, ref a3, ref a4, ref a5, ref a6, ref a7);
        else
        {
            for (; taps > 0; taps--, p += spacing * step, weights += step)
                Neighbours<One>(p, step, weights, ref a0, ref a1, ref a2, ref a3, ref a4, ref a5, ref a6, ref a7);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Neighbours<K>(float* p, nint step, float* weights, ref V a0, ref V a1, ref V a2, ref V a3, ref V a4, ref V a5,
        ref V a6, ref V a7)
        where K : struct, IConstInt
    {
        V w0 = S.Load(weights), w1 = K.Value > 1 ? S.Load(weights + step) : w0, w2 = K.Value > 2 ? S.Load(weights + 2 * step) : w0,
            w3 = K.Value > 3 ? S.Load(weights + 3 * step) : w0, w4 = K.Value > 4 ? S.Load(weights + 4 * step) : w0;
        FirstPixels<K>(p, step, w0, w1, w2, w3, ref a0, ref a1, ref a2, ref a3);
        Pixel<K>(p + 4 * step, w0, w1, w2, w3, w4, ref a4, ref a3, ref a2, ref a1, ref a0);
        Pixel<K>(p + 5 * step, w0, w1, w2, w3, w4, ref a5, ref a4, ref a3, ref a2, ref a1);
        Pixel<K>(p + 6 * step, w0, w1, w2, w3, w4, ref a6, ref a5, ref a4, ref a3, ref a2);
        Pixel<K>(p + 7 * step, w0, w1, w2, w3, w4, ref a7, ref a6, ref a5, ref a4, ref a3);
        LastPixels<K>(p + 8 * step, step, w1, w2, w3, w4, ref a4, ref a5, ref a6, ref a7);
    }

    /// <summary>Taps two outputs apart: even and odd outputs have nothing in common.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Spaced<K>(float* p, nint step, float* weights, ref V a0, ref V a1, ref V a2, ref V a3, ref V a4, ref V a5,
        ref V a6, ref V a7)
        where K : struct, IConstInt
    {
        FourSums<K>(p, 2 * step, weights, step, ref a0, ref a2, ref a4, ref a6);
        FourSums<K>(p + step, 2 * step, weights, step, ref a1, ref a3, ref a5, ref a7);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void FourSums<K>(float* p, nint step, float* weights, nint weightStep, ref V a0, ref V a1, ref V a2, ref V a3)
        where K : struct, IConstInt
    {
        V w0 = S.Load(weights), w1 = K.Value > 1 ? S.Load(weights + weightStep) : w0,
            w2 = K.Value > 2 ? S.Load(weights + 2 * weightStep) : w0, w3 = K.Value > 3 ? S.Load(weights + 3 * weightStep) : w0,
            w4 = K.Value > 4 ? S.Load(weights + 4 * weightStep) : w0;
        FirstPixels<K>(p, step, w0, w1, w2, w3, ref a0, ref a1, ref a2, ref a3);
        LastPixels<K>(p + 4 * step, step, w1, w2, w3, w4, ref a0, ref a1, ref a2, ref a3);
    }

    /// <summary>The first four pixels, which go into the first four sums.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void FirstPixels<K>(float* p, nint step, V w0, V w1, V w2, V w3, ref V a0, ref V a1, ref V a2, ref V a3)
        where K : struct, IConstInt
    {
        var x = S.Load(p);
        a0 = S.MultiplyAdd(w0, x, a0);
        x = S.Load(p + step);
        a1 = S.MultiplyAdd(w0, x, a1);
        if (K.Value > 1) a0 = S.MultiplyAdd(w1, x, a0);
        x = S.Load(p + 2 * step);
        a2 = S.MultiplyAdd(w0, x, a2);
        if (K.Value > 1) a1 = S.MultiplyAdd(w1, x, a1);
        if (K.Value > 2) a0 = S.MultiplyAdd(w2, x, a0);
        x = S.Load(p + 3 * step);
        a3 = S.MultiplyAdd(w0, x, a3);
        if (K.Value > 1) a2 = S.MultiplyAdd(w1, x, a2);
        if (K.Value > 2) a1 = S.MultiplyAdd(w2, x, a1);
        if (K.Value > 3) a0 = S.MultiplyAdd(w3, x, a0);
    }

    /// <summary>A pixel that all taps read: the first for the newest sum, the last for the oldest.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Pixel<K>(float* p, V w0, V w1, V w2, V w3, V w4, ref V a0, ref V a1, ref V a2, ref V a3, ref V a4)
        where K : struct, IConstInt
    {
        var x = S.Load(p);
        a0 = S.MultiplyAdd(w0, x, a0);
        if (K.Value > 1) a1 = S.MultiplyAdd(w1, x, a1);
        if (K.Value > 2) a2 = S.MultiplyAdd(w2, x, a2);
        if (K.Value > 3) a3 = S.MultiplyAdd(w3, x, a3);
        if (K.Value > 4) a4 = S.MultiplyAdd(w4, x, a4);
    }

    /// <summary>The pixels after those of the first tap, which go into the last four sums.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void LastPixels<K>(float* p, nint step, V w1, V w2, V w3, V w4, ref V a0, ref V a1, ref V a2, ref V a3)
        where K : struct, IConstInt
    {
        if (K.Value <= 1) return;
        var x = S.Load(p);
        a3 = S.MultiplyAdd(w1, x, a3);
        if (K.Value > 2) a2 = S.MultiplyAdd(w2, x, a2);
        if (K.Value > 3) a1 = S.MultiplyAdd(w3, x, a1);
        if (K.Value > 4) a0 = S.MultiplyAdd(w4, x, a0);
        if (K.Value <= 2) return;
        x = S.Load(p + step);
        a3 = S.MultiplyAdd(w2, x, a3);
        if (K.Value > 3) a2 = S.MultiplyAdd(w3, x, a2);
        if (K.Value > 4) a1 = S.MultiplyAdd(w4, x, a1);
        if (K.Value <= 3) return;
        x = S.Load(p + 2 * step);
        a3 = S.MultiplyAdd(w3, x, a3);
        if (K.Value > 4) a2 = S.MultiplyAdd(w4, x, a2);
        if (K.Value <= 4) return;
        x = S.Load(p + 3 * step);
        a3 = S.MultiplyAdd(w4, x, a3);
    }
}
