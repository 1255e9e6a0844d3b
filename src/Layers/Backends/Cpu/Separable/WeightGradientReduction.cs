using MIOpenDarts.Layers.Backends.Cpu.Building;
using MIOpenDarts.Layers.Backends.Cpu.Simd;
using MIOpenDarts.Layers.Backends.Cpu.Threads;

namespace MIOpenDarts.Layers.Backends.Cpu.Separable;

/// <summary>
/// Adds the groups' partial weight gradients, in group order, to the parameters' gradients in the official layout. Item: branch.
/// </summary>
internal readonly unsafe struct WeightGradientReduction<S, V>(BranchCall* branches, int groups) : IParallelBody
    where S : struct, ISimd<V>
    where V : struct
{
    private readonly BranchCall* branches = branches;
    private readonly int groups = groups;

    public void Run(int item, int thread)
    {
        ref var b = ref branches[item];
        Pointwise(b);
        if (b.HasDepthwise) Depthwise(b);
    }

    private void Pointwise(in BranchCall b)
    {
        float* sums = b.PointwiseSums, diff = b.DiffPointwise;
        var (packed, inputs) = (b.Backward, b.Backward.Outputs);
        LaneStores<S, V>.AddGroups(sums, groups, b.PointwiseFloats);
        for (var g = 0; g < packed.Group; g++)
            for (var o = 0; o < b.Outputs; o++)
            {
                var row = sums + (nint)(g * b.Outputs + o) * packed.Row + g * inputs;
                for (var i = 0; i < inputs; i++) diff[o * inputs + i] += row[i];
            }
    }

    private void Depthwise(in BranchCall b)
    {
        var (channels, pattern) = (b.Backward.Outputs, ChannelPattern.Shortest<S, V>(b.Backward.Outputs));
        LaneStores<S, V>.AddGroups(b.DepthwiseSums, groups, (nint)b.Taps.Taps * pattern);
        DepthwiseTaps.AddGradient(b.Taps, b.DepthwiseSums, channels, pattern, b.DiffDepthwise);
    }
}
