namespace MIOpenDarts.Layers.Backends.Cpu.Simd;

/// <summary>A small number that the compiler knows: what it excludes is not compiled.</summary>
internal interface IConstInt
{
    static abstract int Value { get; }
}

/// <summary>A number that only the caller knows.</summary>
internal readonly struct Any : IConstInt
{
    public static int Value => 0;
}

internal readonly struct One : IConstInt
{
    public static int Value => 1;
}

internal readonly struct Two : IConstInt
{
    public static int Value => 2;
}

internal readonly struct Three : IConstInt
{
    public static int Value => 3;
}

internal readonly struct Four : IConstInt
{
    public static int Value => 4;
}

internal readonly struct Five : IConstInt
{
    public static int Value => 5;
}

internal readonly struct Eight : IConstInt
{
    public static int Value => 8;
}
