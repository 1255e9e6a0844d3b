using MIOpenDarts.Layers.Backends.Cpu.Simd;

namespace MIOpenDarts.Layers.Backends.Cpu.Building;

/// <summary>What is done to each value while it is loaded.</summary>
internal interface IActivation<V>
{
    static abstract V Apply(V value);
}

/// <summary>The value itself.</summary>
internal readonly struct Identity<V> : IActivation<V>
{
    public static V Apply(V value) => value;
}

/// <summary>max(value, 0).</summary>
internal readonly struct Relu<S, V> : IActivation<V>
    where S : struct, ISimd<V>
{
    public static V Apply(V value) => S.Rectify(value);
}
