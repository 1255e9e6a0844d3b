using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace MIOpenDarts.Layers.Backends.Cpu.Simd;

/// <summary>16 floats.</summary>
internal readonly unsafe struct Simd512 : ISimd<Vector512<float>>
{
    public static int Width => 16;

    public static int Registers => 32;

    public static Vector512<float> Zero => Vector512<float>.Zero;

    public static Vector512<float> Load(float* source) => Vector512.Load(source);

    public static void Store(Vector512<float> value, float* destination) => value.Store(destination);

    public static Vector512<float> Broadcast(float value) => Vector512.Create(value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Spread(Vector512<float> value, int place) =>
        Avx512F.IsSupported
            ? place switch
            {
                0 => Avx512F.Permute4x32(value, 0x00),
                1 => Avx512F.Permute4x32(value, 0x55),
                2 => Avx512F.Permute4x32(value, 0xAA),
                _ => Avx512F.Permute4x32(value, 0xFF),
            }
            : Vector512.Create(Simd256.Spread(value.GetLower(), place), Simd256.Spread(value.GetUpper(), place));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> SpreadFour(Vector512<float> value, int place) =>
        Avx512F.IsSupported
            ? (place == 0 ? Avx512F.Permute4x64(value.AsDouble(), 0x44) : Avx512F.Permute4x64(value.AsDouble(), 0xEE)).AsSingle()
            : Vector512.Create(Simd256.SpreadFour(value.GetLower(), place), Simd256.SpreadFour(value.GetUpper(), place));

    public static Vector512<float> Add(Vector512<float> a, Vector512<float> b) => a + b;

    public static Vector512<float> Subtract(Vector512<float> a, Vector512<float> b) => a - b;

    public static Vector512<float> Multiply(Vector512<float> a, Vector512<float> b) => a * b;

    public static Vector512<float> Divide(Vector512<float> a, Vector512<float> b) => a / b;

    public static Vector512<float> SquareRoot(Vector512<float> value) => Vector512.Sqrt(value);

    public static Vector512<float> MultiplyAdd(Vector512<float> a, Vector512<float> b, Vector512<float> c) =>
        Vector512.FusedMultiplyAdd(a, b, c);

    public static Vector512<float> Rectify(Vector512<float> value) => Vector512.MaxNative(Vector512<float>.Zero, value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> WherePositive(Vector512<float> gate, Vector512<float> value) =>
        Vector512.ConditionalSelect(Vector512.GreaterThan(gate, Vector512<float>.Zero), value, Vector512<float>.Zero);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void ArgMaxUpdate(ref Vector512<float> best, ref Vector512<float> place, Vector512<float> next,
        Vector512<float> nextPlace)
    {
        var higher = Vector512.GreaterThan(next, best) | ~Vector512.Equals(next, next);
        best = Vector512.ConditionalSelect(higher, next, best);
        place = Vector512.ConditionalSelect(higher, nextPlace, place);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> WhereEqual(Vector512<float> a, Vector512<float> b, Vector512<float> value) =>
        Vector512.ConditionalSelect(Vector512.Equals(a, b), value, Vector512<float>.Zero);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool TryStorePart(Vector512<float> value, float* destination, int count)
    {
        if (Avx512F.IsSupported) Avx512F.MaskStore(destination, Vector512.Load(LaneMask.First(count)), value);
        return Avx512F.IsSupported;
    }

    public static void StoreNonTemporal(Vector512<float> value, float* destination) => value.StoreAlignedNonTemporal(destination);
}
