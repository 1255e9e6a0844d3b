using System.Runtime.CompilerServices;
using MIOpenDarts.Layers.Backends.Cpu.Simd;

namespace MIOpenDarts.Layers.Backends.Cpu.Tiles;

/// <summary>How results leave the registers.</summary>
internal unsafe interface IStore<V>
{
    static abstract void Store(V value, float* place);
}

/// <summary>Into the caches.</summary>
internal readonly unsafe struct Cached<S, V> : IStore<V>
    where S : struct, ISimd<V>
    where V : struct
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(V value, float* place) => S.Store(value, place);
}

/// <summary>Past the caches, to aligned places.</summary>
internal readonly unsafe struct Streamed<S, V> : IStore<V>
    where S : struct, ISimd<V>
    where V : struct
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(V value, float* place) => S.Stream(value, place);
}
