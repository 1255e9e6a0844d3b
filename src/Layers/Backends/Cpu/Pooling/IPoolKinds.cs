using System.Runtime.CompilerServices;

namespace MIOpenDarts.Layers.Backends.Cpu.Pooling;

/// <summary>Which pools a kernel computes: what these constants exclude is not compiled.</summary>
internal interface IPoolKinds
{
    static abstract bool Max { get; }

    static abstract bool Average { get; }
}

internal readonly struct MaxOnly : IPoolKinds
{
    public static bool Max
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => true;
    }

    public static bool Average
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => false;
    }
}

internal readonly struct AverageOnly : IPoolKinds
{
    public static bool Max
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => false;
    }

    public static bool Average
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => true;
    }
}

internal readonly struct BothPools : IPoolKinds
{
    public static bool Max
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => true;
    }

    public static bool Average
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => true;
    }
}
