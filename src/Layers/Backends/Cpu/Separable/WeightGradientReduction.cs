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
        Add(sums, groups, b.PointwiseFloats);
        for (var g = 0; g < packed.Group; g++)
            for (var o = 0; o < b.Outputs; o++)
            {
                var row = sums + (nint)(g * b.Outputs + o) * packed.Row + g * inputs;
                for (var i = 0; i < inputs; i++) diff[o * inputs + i] += row[i];
            }
    }

    private void Depthwise(in BranchCall b)
    {
        float* sums = b.DepthwiseSums, diff = b.DiffDepthwise;
        var (channels, taps) = (b.Backward.Outputs, b.Taps.Taps);
        var pattern = ChannelPattern.Shortest<S, V>(channels);
        Add(sums, groups, (nint)taps * pattern);
        for (var t = 0; t < taps; t++, sums += pattern)
            for (var j = 0; j < pattern; j += channels)
                for (var c = 0; c < channels; c++) diff[c * taps + b.Taps.Numbers[t]] += sums[j + c];
    }

    private static void Add(float* sums, int groups, nint length)
    {
        for (var g = 1; g < groups; g++)
        {
            var next = sums + g * length;
            var i = (nint)0;
            for (; i <= length - S.Width; i += S.Width) S.Store(S.Add(S.Load(sums + i), S.Load(next + i)), sums + i);
            for (; i < length; i++) sums[i] += next[i];
        }
    }
}
