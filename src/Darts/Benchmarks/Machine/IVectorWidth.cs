using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace MIOpenDarts.Darts.Benchmarks.Machine;

/// <summary>The instructions in which the machine's limits are measured, for one vector width.</summary>
/// <typeparam name="V">Vector of floats.</typeparam>
internal unsafe interface IVectorWidth<V>
    where V : struct
{
    static abstract int Floats { get; }

    static abstract V Broadcast(float value);

    static abstract V Load(float* source);

    /// <summary>a·b + c.</summary>
    static abstract V MultiplyAdd(V a, V b, V c);

    /// <summary>A non-temporal store to an aligned address.</summary>
    static abstract void Stream(V value, float* destination);
}

internal readonly unsafe struct Width512 : IVectorWidth<Vector512<float>>
{
    public static int Floats => Vector512<float>.Count;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Broadcast(float value) => Vector512.Create(value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Load(float* source) => Vector512.Load(source);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> MultiplyAdd(Vector512<float> a, Vector512<float> b, Vector512<float> c) =>
        Vector512.MultiplyAddEstimate(a, b, c);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Stream(Vector512<float> value, float* destination) => value.StoreAlignedNonTemporal(destination);
}

internal readonly unsafe struct Width256 : IVectorWidth<Vector256<float>>
{
    public static int Floats => Vector256<float>.Count;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Broadcast(float value) => Vector256.Create(value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Load(float* source) => Vector256.Load(source);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> MultiplyAdd(Vector256<float> a, Vector256<float> b, Vector256<float> c) =>
        Vector256.MultiplyAddEstimate(a, b, c);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Stream(Vector256<float> value, float* destination) => value.StoreAlignedNonTemporal(destination);
}

internal readonly unsafe struct Width128 : IVectorWidth<Vector128<float>>
{
    public static int Floats => Vector128<float>.Count;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> Broadcast(float value) => Vector128.Create(value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> Load(float* source) => Vector128.Load(source);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> MultiplyAdd(Vector128<float> a, Vector128<float> b, Vector128<float> c) =>
        Vector128.MultiplyAddEstimate(a, b, c);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Stream(Vector128<float> value, float* destination) => value.StoreAlignedNonTemporal(destination);
}
