using System.Runtime.CompilerServices;

namespace MIOpenDarts.Layers.Backends.Cpu.Simd;

/// <summary>A small number that the compiler knows: what it excludes is not compiled.</summary>
internal interface IConstInt
{
    static abstract int Value { get; }
}

internal readonly struct One : IConstInt
{
    public static int Value
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => 1;
    }
}

internal readonly struct Two : IConstInt
{
    public static int Value
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => 2;
    }
}

internal readonly struct Three : IConstInt
{
    public static int Value
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => 3;
    }
}

internal readonly struct Four : IConstInt
{
    public static int Value
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => 4;
    }
}

internal readonly struct Five : IConstInt
{
    public static int Value
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => 5;
    }
}
