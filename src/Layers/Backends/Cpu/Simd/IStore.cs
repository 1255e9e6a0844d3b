namespace MIOpenDarts.Layers.Backends.Cpu.Simd;

/// <summary>How results leave the registers.</summary>
internal unsafe interface IStore<V>
{
    static abstract void Store(V value, float* place);
}

/// <summary>Through the caches.</summary>
internal readonly unsafe struct CachedStore<S, V> : IStore<V>
    where S : struct, ISimd<V>
{
    public static void Store(V value, float* place) => S.Store(value, place);
}

/// <summary>Non-temporal, to aligned places.</summary>
internal readonly unsafe struct NonTemporalStore<S, V> : IStore<V>
    where S : struct, ISimd<V>
{
    public static void Store(V value, float* place) => S.StoreNonTemporal(value, place);
}

/// <summary>Not at all.</summary>
internal readonly unsafe struct NoStore<V> : IStore<V>
{
    public static void Store(V value, float* place)
    {
    }
}

/// <summary>When a store is non-temporal: written around the caches, a line need not be read first.</summary>
internal static class NonTemporal
{
    /// <summary>Floats of a tensor, 1 MiB, from which on it has left the caches before its reader comes.</summary>
    public const int Threshold = 1 << 18;
}
