using MIOpenDarts.Darts.Algorithms;
using MIOpenDarts.Darts.Evolution.Inherited;
using MIOpenDarts.Darts.Forecasts;
using MIOpenDarts.Darts.Genotypes;
using MIOpenDarts.Darts.Supernets;
using MIOpenDarts.Layers.Backends;
using MIOpenDarts.Layers.Tensors;

namespace MIOpenDarts.Darts.Search;

/// <summary>
/// What a search needs of the machine's memory, and whether it is there. On a device of its own the plan itself says what does not fit.
/// </summary>
internal static class SearchMemory
{
    /// <summary>
    /// The need of a search, found by building its networks with memory that is only counted; null for one that trains nothing, or on a
    /// device.
    /// </summary>
    /// <param name="options">Checked options.</param>
    /// <param name="shape">The supernet that they describe.</param>
    /// <param name="backend">Where it computes.</param>
    /// <param name="form">How its cells are computed.</param>
    /// <param name="leaves">The cut of another process; null for the backend's own.</param>
    /// <exception cref="PlanDoesNotFitException">It has more parameters than a network may have.</exception>
    public static MemoryNeed? Need(
        SearchOptions options, SupernetShape shape, Backend<float> backend, CellForm form = CellForm.Shared, BatchLeaves? leaves = null)
    {
        var algorithm = SearchAlgorithm.From(options);
        var tally = new MemoryTally();
        using var counting = backend.Counting(tally);
        if (counting is null || !algorithm.Trains) return null;
        if (leaves is not null) counting.Leaves = leaves;
        using var state = new SearchState(options, shape, counting, form);
        var (activations, parameters) = (state.Net.ActivationBytes, tally.Bytes - state.Net.ActivationBytes);
        if (algorithm.Stage(options, options.Epochs - 1) is > 0 and var last)
        {
            // The weights of a stage go over to those of the next, so both are there for a while.
            var before = parameters;
            state.RebuildForStage(last);
            (activations, parameters) = (Math.Max(activations, state.Net.ActivationBytes),
                before + tally.Bytes - state.Net.ActivationBytes);
        }

        var image = (long)shape.ImageChannels * shape.Height * shape.Width;
        return MemoryNeed.OfRun(options, activations, parameters, state.Net.Parameters, image);
    }

    /// <summary>Refuses a search that needs more than there is, with the shares of all ranks on this machine.</summary>
    /// <param name="options">Checked options.</param>
    /// <param name="shape">The supernet that they describe.</param>
    /// <param name="backend">Where it computes.</param>
    /// <param name="jobs">Searches side by side.</param>
    /// <param name="room">What there is; null for what there is now.</param>
    /// <exception cref="PlanDoesNotFitException">The message has the need, what there is, and settings that fit.</exception>
    public static void Require(
        SearchOptions options, SupernetShape shape, Backend<float> backend, int jobs = 1, MemoryRoom? room = null) => Require(
            MemoryNeed.Name("the search", jobs == 1 ? null : $"with {jobs} seeds side by side (fewer --jobs need less)", backend.Leaves),
            (o, of) => MemoryNeed.OfMachine(backend.Leaves, leaves => Need(o, of, backend, leaves: leaves))?.Times(jobs),
            options, shape, backend.Leaves, room);

    /// <summary>Refuses a supernet, or several side by side, that need more than there is.</summary>
    /// <param name="options">Checked options.</param>
    /// <param name="shape">The supernet that they describe.</param>
    /// <param name="backend">Where it computes.</param>
    /// <param name="jobs">Genotypes evaluated at a time, each by a copy of the supernet.</param>
    /// <param name="room">What there is; null for what there is now.</param>
    /// <exception cref="PlanDoesNotFitException">The message has the need, what there is, and settings that fit.</exception>
    public static void RequirePaths(
        SearchOptions options, SupernetShape shape, Backend<float> backend, int jobs = 1, MemoryRoom? room = null) => Require(
            jobs == 1 ? "the supernet" : $"the supernet for {jobs} evaluations side by side (fewer --jobs need less)",
            (o, of) => PathSupernet.Need(o, of, backend, jobs), options, shape, backend.Leaves, room);

    private static void Require(
        string what, Func<SearchOptions, SupernetShape, MemoryNeed?> need, SearchOptions options, SupernetShape shape, BatchLeaves leaves,
        MemoryRoom? room)
    {
        var parts = SearchAlgorithm.From(options).ChannelMultiple(options);
        SmallerOption<SearchOptions> cells = options.Skeleton == Skeleton.NasBench201
            ? new("cells_per_stage", o => o.CellsPerStage, 1, (o, value) => o with { CellsPerStage = value })
            : new("layers", o => o.Layers, 1, (o, value) => o with { Layers = Math.Max(3, value) });
        var fit = new MemoryFit<SearchOptions>(
            room ?? MemoryRoom.Here(),
            o => need(o, shape with { InitChannels = o.InitChannels, Layers = o.Layers }),
            [
                new("batch_size", o => o.BatchSize, leaves.LeastBatch, (o, value) => o with { BatchSize = value }),
                new("init_channels", o => o.InitChannels, parts, (o, value) => o with { InitChannels = value }),
                cells,
            ]);
        fit.Require(what, options);
    }
}
