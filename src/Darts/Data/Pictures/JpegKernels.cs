using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using StbImageSharp;

namespace MIOpenDarts.Darts.Data.Pictures;

/// <summary>
/// The decoder's three inner loops with eight or sixteen lanes, as stb_image has them for C. They give the bits of its plain loops.
/// </summary>
internal static unsafe class JpegKernels
{
    private const int IdctBits = 12;
    // To the nearest integer for positive numbers; a negative one is cut towards zero, as the plain loop has it.
    private const int Even0 = (int)(0.5411961f * 4096 + 0.5), Even1 = (int)(-1.847759065f * 4096 + 0.5);
    private const int Even2 = (int)(0.765366865f * 4096 + 0.5), Odd = (int)(1.175875602f * 4096 + 0.5);
    private const int Odd0 = (int)(0.298631336f * 4096 + 0.5), Odd1 = (int)(2.053119869f * 4096 + 0.5);
    private const int Odd2 = (int)(3.072711026f * 4096 + 0.5), Odd3 = (int)(1.501321110f * 4096 + 0.5);
    private const int Odd4 = (int)(-0.899976223f * 4096 + 0.5), Odd5 = (int)(-2.562915447f * 4096 + 0.5);
    private const int Odd6 = (int)(-1.961570560f * 4096 + 0.5), Odd7 = (int)(-0.390180644f * 4096 + 0.5);
    private const int RedOfCr = (int)(1.40200f * 4096 + 0.5f) << 8, GreenOfCr = -((int)(0.71414f * 4096 + 0.5f) << 8);
    private const int GreenOfCb = -((int)(0.34414f * 4096 + 0.5f) << 8), BlueOfCb = (int)(1.77200f * 4096 + 0.5f) << 8;

    /// <summary>Has a decoder use these loops.</summary>
    public static void Install(StbImage.stbi__jpeg decoder) =>
        (decoder.idct_block_kernel, decoder.resample_row_hv_2_kernel, decoder.YCbCr_to_RGB_kernel) = (Idct, Upsample, ToRgb);

    /// <summary>Inverse DCT of 8x8 coefficients [row, column], with 128 added, into bytes whose rows are a stride apart.</summary>
    public static void Idct(byte* dst, int stride, short* src)
    {
        var (r0, r1, r2, r3) = (Widen(src), Widen(src + 8), Widen(src + 16), Widen(src + 24));
        var (r4, r5, r6, r7) = (Widen(src + 32), Widen(src + 40), Widen(src + 48), Widen(src + 56));
        Pass(ref r0, ref r1, ref r2, ref r3, ref r4, ref r5, ref r6, ref r7, 1 << 9, 10);
        Transpose(ref r0, ref r1, ref r2, ref r3, ref r4, ref r5, ref r6, ref r7);
        Pass(ref r0, ref r1, ref r2, ref r3, ref r4, ref r5, ref r6, ref r7, (1 << 16) + (128 << 17), 17);
        Transpose(ref r0, ref r1, ref r2, ref r3, ref r4, ref r5, ref r6, ref r7);
        StoreRows(dst, stride, r0, r1);
        StoreRows(dst + 2 * stride, stride, r2, r3);
        StoreRows(dst + 4 * stride, stride, r4, r5);
        StoreRows(dst + 6 * stride, stride, r6, r7);
    }

    /// <summary>Twice as many columns of a row between a near and a far row of half the size: weights 3 and 1 each way.</summary>
    public static byte* Upsample(byte* dst, byte* near, byte* far, int width, int factor)
    {
        if (width <= Vector256<ushort>.Count) return StbImage.stbi__resample_row_hv_2(dst, near, far, width, factor);
        var (now, x) = (3 * near[0] + far[0], 1);
        dst[0] = (byte)((now + 2) >> 2);
        for (; x + Vector256<ushort>.Count <= width; x += Vector256<ushort>.Count)
        {
            var (left, here) = (Mixed(near + x - 1, far + x - 1), Mixed(near + x, far + x));
            var odd = (left * (ushort)3 + here + Vector256.Create((ushort)8)) >> 4;
            var even = (here * (ushort)3 + left + Vector256.Create((ushort)8)) >> 4;
            (odd | even << 8).Store((ushort*)(dst + 2 * x - 1));
        }

        now = 3 * near[x - 1] + far[x - 1];
        for (; x < width; x++)
        {
            var left = now;
            now = 3 * near[x] + far[x];
            (dst[2 * x - 1], dst[2 * x]) = ((byte)((3 * left + now + 8) >> 4), (byte)((3 * now + left + 8) >> 4));
        }

        dst[2 * width - 1] = (byte)((now + 2) >> 2);
        return dst;
    }

    /// <summary>A row of luma and chroma to red, green, blue and, with a step of 4, 255.</summary>
    public static void ToRgb(byte* dst, byte* y, byte* cb, byte* cr, int count, int step)
    {
        var x = 0;
        for (; step == 4 && x + Vector256<int>.Count <= count; x += Vector256<int>.Count)
        {
            var luma = (Widen(y + x) << 20) + Vector256.Create(1 << 19);
            var (blue, red) = (Widen(cb + x) - Vector256.Create(128), Widen(cr + x) - Vector256.Create(128));
            var r = Clamp((luma + red * RedOfCr) >> 20);
            var g = Clamp((luma + red * GreenOfCr + (blue * GreenOfCb & Vector256.Create(~0xFFFF))) >> 20);
            var b = Clamp((luma + blue * BlueOfCb) >> 20);
            (r | g << 8 | b << 16 | Vector256.Create(255 << 24)).Store((int*)(dst + 4 * x));
        }

        StbImage.stbi__YCbCr_to_RGB_row(dst + step * x, y + x, cb + x, cr + x, count - x, step);
    }

    // One dimension of the transform over eight rows, each lane a column.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Pass(
        ref Vector256<int> s0, ref Vector256<int> s1, ref Vector256<int> s2, ref Vector256<int> s3,
        ref Vector256<int> s4, ref Vector256<int> s5, ref Vector256<int> s6, ref Vector256<int> s7, int half, int shift)
    {
        var even = (s2 + s6) * Even0;
        var (t2, t3) = (even + s6 * Even1, even + s2 * Even2);
        var (t0, t1) = (((s0 + s4) << IdctBits) + Vector256.Create(half), ((s0 - s4) << IdctBits) + Vector256.Create(half));
        var (x0, x3, x1, x2) = (t0 + t3, t0 - t3, t1 + t2, t1 - t2);
        var (p1, p2, p3, p4) = (s7 + s1, s5 + s3, s7 + s3, s5 + s1);
        var odd = (p3 + p4) * Odd;
        (p1, p2, p3, p4) = (odd + p1 * Odd4, odd + p2 * Odd5, p3 * Odd6, p4 * Odd7);
        var (y3, y2, y1, y0) = (s1 * Odd3 + p1 + p4, s3 * Odd2 + p2 + p3, s5 * Odd1 + p2 + p4, s7 * Odd0 + p1 + p3);
        (s0, s7, s1, s6) = ((x0 + y3) >> shift, (x0 - y3) >> shift, (x1 + y2) >> shift, (x1 - y2) >> shift);
        (s2, s5, s3, s4) = ((x2 + y1) >> shift, (x2 - y1) >> shift, (x3 + y0) >> shift, (x3 - y0) >> shift);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Transpose(
        ref Vector256<int> a, ref Vector256<int> b, ref Vector256<int> c, ref Vector256<int> d,
        ref Vector256<int> e, ref Vector256<int> f, ref Vector256<int> g, ref Vector256<int> h)
    {
        if (Avx2.IsSupported)
        {
            Quads(ref a, ref b, ref c, ref d);
            Quads(ref e, ref f, ref g, ref h);
            Swap(ref a, ref e);
            Swap(ref b, ref f);
            Swap(ref c, ref g);
            Swap(ref d, ref h);
            return;
        }

        var block = stackalloc int[64];
        a.Store(block);
        b.Store(block + 8);
        c.Store(block + 16);
        d.Store(block + 24);
        e.Store(block + 32);
        f.Store(block + 40);
        g.Store(block + 48);
        h.Store(block + 56);
        (a, b, c, d) = (Column(block), Column(block + 1), Column(block + 2), Column(block + 3));
        (e, f, g, h) = (Column(block + 4), Column(block + 5), Column(block + 6), Column(block + 7));
    }

    // Transposes 4x4 in each half of four rows.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Quads(ref Vector256<int> a, ref Vector256<int> b, ref Vector256<int> c, ref Vector256<int> d)
    {
        var (ab0, ab1) = (Avx2.UnpackLow(a, b).AsInt64(), Avx2.UnpackHigh(a, b).AsInt64());
        var (cd0, cd1) = (Avx2.UnpackLow(c, d).AsInt64(), Avx2.UnpackHigh(c, d).AsInt64());
        (a, b) = (Avx2.UnpackLow(ab0, cd0).AsInt32(), Avx2.UnpackHigh(ab0, cd0).AsInt32());
        (c, d) = (Avx2.UnpackLow(ab1, cd1).AsInt32(), Avx2.UnpackHigh(ab1, cd1).AsInt32());
    }

    // The upper half of one against the lower half of the other.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Swap(ref Vector256<int> a, ref Vector256<int> b) =>
        (a, b) = (Vector256.Create(a.GetLower(), b.GetLower()), Vector256.Create(a.GetUpper(), b.GetUpper()));

    private static Vector256<int> Column(int* block) =>
        Vector256.Create(block[0], block[8], block[16], block[24], block[32], block[40], block[48], block[56]);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void StoreRows(byte* dst, int stride, Vector256<int> first, Vector256<int> second)
    {
        (first, second) = (Clamp(first), Clamp(second));
        var bytes = Vector128.Narrow(
            Vector128.Narrow(first.GetLower(), first.GetUpper()).AsUInt16(),
            Vector128.Narrow(second.GetLower(), second.GetUpper()).AsUInt16()).AsUInt64();
        *(ulong*)dst = bytes[0];
        *(ulong*)(dst + stride) = bytes[1];
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<int> Clamp(Vector256<int> values) =>
        Vector256.Min(Vector256.Max(values, Vector256<int>.Zero), Vector256.Create(255));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<int> Widen(short* eight)
    {
        var values = Vector128.Load(eight);
        return Vector256.Create(Vector128.WidenLower(values), Vector128.WidenUpper(values));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<int> Widen(byte* eight)
    {
        var values = Vector128.WidenLower(Vector128.CreateScalarUnsafe(*(ulong*)eight).AsByte()).AsInt16();
        return Vector256.Create(Vector128.WidenLower(values), Vector128.WidenUpper(values));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<ushort> Mixed(byte* near, byte* far)
    {
        var (n, f) = (Vector128.Load(near), Vector128.Load(far));
        return Vector256.Create(Vector128.WidenLower(n), Vector128.WidenUpper(n)) * (ushort)3
            + Vector256.Create(Vector128.WidenLower(f), Vector128.WidenUpper(f));
    }
}
