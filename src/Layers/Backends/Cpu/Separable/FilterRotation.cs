using MIOpenDarts.Layers.Backends.Cpu.Simd;
using MIOpenDarts.Layers.Backends.Cpu.Threads;

namespace MIOpenDarts.Layers.Backends.Cpu.Separable;

/// <summary>Collects the taps that read a source pixel, from the packed filters. Item: a tap list of one call after the other.</summary>
internal readonly unsafe struct FilterRotation<S, V>(SeparableGradient* calls) : IParallelBody
    where S : struct, ISimd<V>
    where V : struct
{
    private readonly SeparableGradient* calls = calls;

    public void Run(int item, int thread)
    {
        var gradient = calls;
        for (; item >= gradient->TapLists; gradient++) item -= gradient->TapLists;
        gradient->Rotate<S, V>(item);
    }
}
