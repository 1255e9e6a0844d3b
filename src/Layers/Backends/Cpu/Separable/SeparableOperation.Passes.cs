using MIOpenDarts.Layers.Backends.Cpu.Building;
using MIOpenDarts.Layers.Backends.Cpu.Normalization;
using MIOpenDarts.Layers.Backends.Cpu.Simd;
using MIOpenDarts.Layers.Backends.Cpu.Threads;
using MIOpenDarts.Layers.Tensors;

namespace MIOpenDarts.Layers.Backends.Cpu.Separable;

// What comes before and after the images: packed filters, statistics of the batch, gradients of the filters.
internal sealed unsafe partial class SeparableOperation<S, V>
{
    /// <summary>Repacks the filters of every branch for the kernels. Item: a branch of one call after the other.</summary>
    private readonly struct FilterPacking(SeparableGradient* calls, bool backward) : IParallelBody
    {
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

    /// <summary>Rotates the packed filters. Item: a tap list of one call after the other.</summary>
    private readonly struct FilterRotation(SeparableGradient* calls) : IParallelBody
    {
        public void Run(int item, int thread)
        {
            var gradient = calls;
            for (; item >= gradient->TapLists; gradient++) item -= gradient->TapLists;
            gradient->Rotate<S, V>(item);
        }
    }

    /// <summary>The images' sums of every branch into those of the batch. Item: branch.</summary>
    private readonly struct MergeMoments(BranchCall* branches, ImageGroups groups) : IParallelBody
    {
        public void Run(int item, int thread)
        {
            ref var b = ref branches[item];
            BatchStatistics.Merge(b.Statistics, groups, b.Outputs, b.Height * b.Width);
        }
    }

    /// <summary>
    /// Adds the groups' partial weight gradients, by their tree, to the parameters' gradients in the official layout. Item: branch.
    /// </summary>
    private readonly struct WeightGradientReduction(BranchCall* branches, int groups) : IParallelBody
    {
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
            // Blocks of pixels that were multiplied together belong to one group of images, so they are added first.
            for (var group = 0; group < groups; group++)
                for (var g = 1; g < packed.Group; g++)
                    for (var o = 0; o < b.Outputs; o++)
                    {
                        var first = sums + group * b.PointwiseFloats + (nint)o * packed.Row;
                        var row = first + (nint)g * b.Outputs * packed.Row + g * inputs;
                        for (var i = 0; i < inputs; i++) first[i] += row[i];
                    }

            LaneStores<S, V>.AddGroups(sums, groups, b.PointwiseFloats);
            for (var o = 0; o < b.Outputs; o++)
                for (var i = 0; i < inputs; i++) diff[o * inputs + i] += sums[(nint)o * packed.Row + i];
        }

        private void Depthwise(in BranchCall b)
        {
            var (channels, pattern) = (b.Backward.Outputs, ChannelPattern.Shortest<S, V>(b.Backward.Outputs));
            DepthwiseTaps.AddGradient<S, V>(b.Taps, b.DepthwiseSums, groups, channels, pattern, b.DiffDepthwise);
        }
    }
}
