using MIOpenDarts.Layers.Backends.Cpu.Building;
using MIOpenDarts.Layers.Backends.Cpu.Simd;
using MIOpenDarts.Layers.Backends.Cpu.Threads;

namespace MIOpenDarts.Layers.Backends.Cpu.Separable;

/// <summary>Repacks the filters of every branch for the kernels. Item: a branch of one call after the other.</summary>
internal readonly unsafe struct FilterPacking<S, V>(SeparableGradient* calls, bool backward) : IParallelBody
    where S : struct, ISimd<V>
    where V : struct
{
    private readonly SeparableGradient* calls = calls;
    private readonly bool backward = backward;

    public void Run(int item, int thread)
    {
        var gradient = calls;
        for (; item >= gradient->Call.Count; gradient++) item -= gradient->Call.Count;
        ref var b = ref gradient->Call.Branches[item];
        var inputs = gradient->Call.Source.Channels;
        DepthwiseTaps.Pack<S, V>(ref b.Taps, b.Geometry, gradient->Call.Source, b.Depthwise);
        if (backward) b.Backward.Pack(b.Pointwise, inputs, 1);
        else b.Forward.Pack(b.Pointwise, 1, inputs);
    }
}
