using MIOpenDarts.Layers.Backends.Cpu.Threads;
using MIOpenDarts.Layers.Backends.Cpu.Tiles;
using MIOpenDarts.Layers.Tensors;

namespace MIOpenDarts.Layers.Backends.Cpu.Separable;

/// <summary>The images' sums of every branch into those of the batch. Item: branch.</summary>
internal readonly unsafe struct StatisticsMerging(BranchCall* branches, int images) : IWork
{
    private readonly BranchCall* branches = branches;
    private readonly int images = images;

    public void Run(int item, int thread)
    {
        ref var b = ref branches[item];
        Statistics.Merge(b.Statistics, images, new Shape(images, b.Outputs, b.Height, b.Width));
    }
}
