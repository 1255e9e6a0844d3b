using MIOpenDarts.Darts.Data;
using MIOpenDarts.Darts.Evaluation;
using MIOpenDarts.Darts.Forecasts;
using MIOpenDarts.Darts.Genotypes;
using MIOpenDarts.Layers.Backends;
using MIOpenDarts.Layers.Tensors;

namespace MIOpenDarts.Darts.Training;

/// <summary>
/// What a training needs of the machine's memory, and whether it is there. On a device of its own the plan itself says what does not fit.
/// </summary>
internal static class TrainMemory
{
    /// <summary>The need of a training, found by building its network with memory that is only counted; null on a device.</summary>
    /// <param name="data">Its images.</param>
    /// <param name="options">Checked options.</param>
    /// <param name="backend">Where it computes.</param>
    /// <param name="compressed">The network where it is a compressed one that no file has yet; null for that of the options.</param>
    /// <param name="leaves">The cut of another process; null for the backend's own.</param>
    /// <exception cref="PlanDoesNotFitException">It has more parameters than a network may have.</exception>
    public static MemoryNeed? Need(
        ImageData data, TrainOptions options, Backend<float> backend, NetworkDescription? compressed = null, BatchLeaves? leaves = null)
    {
        var tally = new MemoryTally();
        using var counting = backend.Counting(tally);
        if (counting is null) return null;
        if (leaves is not null) counting.Leaves = leaves;
        using var state = new TrainState(options, compressed ?? EvaluationTraining.Describe(data, options), counting);
        var (net, images) = (state.Net, data.Train);
        var image = (long)images.Channels * images.Height * images.Width;
        return MemoryNeed.OfRun(options, net.ActivationBytes, tally.Bytes - net.ActivationBytes, net.Parameters, image);
    }

    /// <summary>
    /// Refuses a training, or several side by side, that need more than there is, with the shares of all ranks on this machine.
    /// </summary>
    /// <param name="data">Its images.</param>
    /// <param name="options">Checked options.</param>
    /// <param name="backend">Where it computes.</param>
    /// <param name="jobs">Trainings side by side.</param>
    /// <param name="room">What there is; null for what there is now.</param>
    /// <param name="compressed">The network where it is a compressed one that no file has yet; null for that of the options.</param>
    /// <exception cref="PlanDoesNotFitException">The message has the need, what there is, and settings that fit.</exception>
    public static void Require(
        ImageData data, TrainOptions options, Backend<float> backend, int jobs = 1, MemoryRoom? room = null,
        NetworkDescription? compressed = null)
    {
        List<SmallerOption<TrainOptions>> smaller =
            [new("batch_size", o => o.BatchSize, backend.Leaves.LeastBatch, (o, value) => o with { BatchSize = value })];
        // A hand-made network and a compressed one are as large as they are.
        if ((compressed ?? EvaluationTraining.Describe(data, options)) is { IsBaseline: false, Operations: null })
        {
            smaller.Add(new("init_channels", o => o.InitChannels, 2, (o, value) => o with { InitChannels = value }));
            smaller.Add(options.Skeleton == Skeleton.NasBench201
                ? new("cells_per_stage", o => o.CellsPerStage, 1, (o, value) => o with { CellsPerStage = value })
                : new("layers", o => o.Layers, 1, (o, value) => o with { Layers = Math.Max(3, value) }));
        }

        var what = MemoryNeed.Name(
            "the training", jobs == 1 ? null : $"of {jobs} networks side by side (fewer --jobs need less)", backend.Leaves);
        new MemoryFit<TrainOptions>(
            room ?? MemoryRoom.Here(),
            o => MemoryNeed.OfMachine(backend.Leaves, leaves => Need(data, o, backend, compressed, leaves))?.Times(jobs), smaller)
            .Require(what, options);
    }
}
