using MIOpenDarts.Layers.Backends.Cpu.Normalization;
using MIOpenDarts.Layers.Backends.Cpu.Threads;
using MIOpenDarts.Layers.Tensors;

namespace MIOpenDarts.Layers.Backends.Cpu.Separable;

/// <summary>The images' sums of every branch into those of the batch. Item: branch.</summary>
internal readonly unsafe struct MergeMoments(BranchCall* branches, int images) : IParallelBody
{
    private readonly BranchCall* branches = branches;
    private readonly int images = images;

    public void Run(int item, int thread)
    {
        ref var b = ref branches[item];
        BatchStatistics.Merge(b.Statistics, images, new Shape(images, b.Outputs, b.Height, b.Width));
    }
}
