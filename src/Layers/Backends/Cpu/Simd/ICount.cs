using System.Runtime.CompilerServices;

namespace MIOpenDarts.Layers.Backends.Cpu.Simd;

/// <summary>A small number that the compiler knows: what it excludes is not compiled.</summary>
internal interface ICount
{
    static abstract int Of { get; }
}

internal readonly struct One : ICount
{
    public static int Of
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => 1;
    }
}

internal readonly struct Two : ICount
{
    public static int Of
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => 2;
    }
}

internal readonly struct Three : ICount
{
    public static int Of
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => 3;
    }
}

internal readonly struct Four : ICount
{
    public static int Of
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => 4;
    }
}

internal readonly struct Five : ICount
{
    public static int Of
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => 5;
    }
}
