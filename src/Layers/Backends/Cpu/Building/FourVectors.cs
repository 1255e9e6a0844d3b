using System.Runtime.CompilerServices;
using MIOpenDarts.Layers.Backends.Cpu.Simd;

namespace MIOpenDarts.Layers.Backends.Cpu.Building;

/// <summary>Four vectors that stay in registers: the JIT takes a struct apart that has no more fields.</summary>
internal unsafe struct FourVectors<S, V>(V v0, V v1, V v2, V v3)
    where S : struct, ISimd<V>
{
    public V V0 = v0, V1 = v1, V2 = v2, V3 = v3;

    /// <summary>Vectors that lie <paramref name="apart"/> floats from one another.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static FourVectors<S, V> Load(float* source, nint apart) =>
        new() { V0 = S.Load(source), V1 = S.Load(source + apart), V2 = S.Load(source + 2 * apart), V3 = S.Load(source + 3 * apart) };

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static FourVectors<S, V> Product(in FourVectors<S, V> a, in FourVectors<S, V> b) =>
        new(S.Multiply(a.V0, b.V0), S.Multiply(a.V1, b.V1), S.Multiply(a.V2, b.V2), S.Multiply(a.V3, b.V3));

    /// <summary>Adds the products of two fours.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Add(in FourVectors<S, V> a, in FourVectors<S, V> b)
    {
        V0 = S.MultiplyAdd(a.V0, b.V0, V0);
        V1 = S.MultiplyAdd(a.V1, b.V1, V1);
        V2 = S.MultiplyAdd(a.V2, b.V2, V2);
        V3 = S.MultiplyAdd(a.V3, b.V3, V3);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Add(in FourVectors<S, V> a) =>
        (V0, V1, V2, V3) = (S.Add(a.V0, V0), S.Add(a.V1, V1), S.Add(a.V2, V2), S.Add(a.V3, V3));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly void Store(float* destination, nint apart) => Store<CachedStore<S, V>>(destination, apart);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly void Store<TStore>(float* destination, nint apart)
        where TStore : struct, IStore<V>
    {
        TStore.Store(V0, destination);
        TStore.Store(V1, destination + apart);
        TStore.Store(V2, destination + 2 * apart);
        TStore.Store(V3, destination + 3 * apart);
    }
}
