using System.Runtime.CompilerServices;
using MIOpenDarts.Layers.Backends.Cpu.Simd;

namespace MIOpenDarts.Layers.Tests.Backends;

/// <summary>The instructions of another width, with 32 registers to count on where that has sixteen, and the other way round.</summary>
internal readonly unsafe struct OtherRegisters<S, V> : ISimd<V>
    where S : struct, ISimd<V>
    where V : struct
{
    public static int Width => S.Width;

    public static int Registers => 48 - S.Registers;

    public static V Zero => S.Zero;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Load(float* source) => S.Load(source);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(V value, float* destination) => S.Store(value, destination);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Broadcast(float value) => S.Broadcast(value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Spread(V value, int place) => S.Spread(value, place);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V SpreadFour(V value, int place) => S.SpreadFour(value, place);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Add(V a, V b) => S.Add(a, b);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Subtract(V a, V b) => S.Subtract(a, b);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Multiply(V a, V b) => S.Multiply(a, b);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Divide(V a, V b) => S.Divide(a, b);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V SquareRoot(V value) => S.SquareRoot(value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V MultiplyAdd(V a, V b, V c) => S.MultiplyAdd(a, b, c);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Rectify(V value) => S.Rectify(value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V WherePositive(V gate, V value) => S.WherePositive(gate, value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void ArgMaxUpdate(ref V best, ref V place, V next, V nextPlace) => S.ArgMaxUpdate(ref best, ref place, next, nextPlace);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V WhereEqual(V a, V b, V value) => S.WhereEqual(a, b, value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool TryStorePart(V value, float* destination, int count) => S.TryStorePart(value, destination, count);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void StoreNonTemporal(V value, float* destination) => S.StoreNonTemporal(value, destination);
}
