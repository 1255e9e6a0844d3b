using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace MIOpenDarts.Layers.Backends.Cpu.Simd;

/// <summary>8 floats.</summary>
internal readonly unsafe struct Simd256 : ISimd<Vector256<float>>
{
    public static int Width => 8;

    // AVX2 has sixteen; whoever has AVX-512 and its thirty-two takes the wider vectors.
    public static int Registers => 16;

    public static Vector256<float> Zero => Vector256<float>.Zero;

    public static Vector256<float> Load(float* source) => Vector256.Load(source);

    public static void Store(Vector256<float> value, float* destination) => value.Store(destination);

    public static Vector256<float> Broadcast(float value) => Vector256.Create(value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Spread(Vector256<float> value, int place) =>
        Avx.IsSupported
            ? place switch
            {
                0 => Avx.Permute(value, 0x00),
                1 => Avx.Permute(value, 0x55),
                2 => Avx.Permute(value, 0xAA),
                _ => Avx.Permute(value, 0xFF),
            }
            : Vector256.Create(Simd128.Spread(value.GetLower(), place), Simd128.Spread(value.GetUpper(), place));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> SpreadFour(Vector256<float> value, int place) =>
        place == 0 ? Vector256.Create(value.GetLower(), value.GetLower()) : Vector256.Create(value.GetUpper(), value.GetUpper());

    public static Vector256<float> Add(Vector256<float> a, Vector256<float> b) => a + b;

    public static Vector256<float> Subtract(Vector256<float> a, Vector256<float> b) => a - b;

    public static Vector256<float> Multiply(Vector256<float> a, Vector256<float> b) => a * b;

    public static Vector256<float> Divide(Vector256<float> a, Vector256<float> b) => a / b;

    public static Vector256<float> SquareRoot(Vector256<float> value) => Vector256.Sqrt(value);

    public static Vector256<float> MultiplyAdd(Vector256<float> a, Vector256<float> b, Vector256<float> c) =>
        Vector256.FusedMultiplyAdd(a, b, c);

    public static Vector256<float> Rectify(Vector256<float> value) => Vector256.MaxNative(Vector256<float>.Zero, value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> WherePositive(Vector256<float> gate, Vector256<float> value) =>
        Vector256.ConditionalSelect(Vector256.GreaterThan(gate, Vector256<float>.Zero), value, Vector256<float>.Zero);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void ArgMaxUpdate(ref Vector256<float> best, ref Vector256<float> place, Vector256<float> next,
        Vector256<float> nextPlace)
    {
        var higher = Vector256.GreaterThan(next, best) | ~Vector256.Equals(next, next);
        best = Vector256.ConditionalSelect(higher, next, best);
        place = Vector256.ConditionalSelect(higher, nextPlace, place);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> WhereEqual(Vector256<float> a, Vector256<float> b, Vector256<float> value) =>
        Vector256.ConditionalSelect(Vector256.Equals(a, b), value, Vector256<float>.Zero);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool TryStorePart(Vector256<float> value, float* destination, int count)
    {
        if (Avx.IsSupported) Avx.MaskStore(destination, Vector256.Load(LaneMask.First(count)), value);
        return Avx.IsSupported;
    }

    public static void StoreNonTemporal(Vector256<float> value, float* destination) => value.StoreAlignedNonTemporal(destination);
}
