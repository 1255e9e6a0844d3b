namespace MIOpenDarts.Layers.Backends.Cpu.Pooling;

/// <summary>Which pools a kernel computes: what these constants exclude is not compiled.</summary>
internal interface IPoolKinds
{
    static abstract bool Max { get; }

    static abstract bool Average { get; }
}

internal readonly struct MaxOnly : IPoolKinds
{
    public static bool Max => true;

    public static bool Average => false;
}

internal readonly struct AverageOnly : IPoolKinds
{
    public static bool Max => false;

    public static bool Average => true;
}

internal readonly struct BothPools : IPoolKinds
{
    public static bool Max => true;

    public static bool Average => true;
}
