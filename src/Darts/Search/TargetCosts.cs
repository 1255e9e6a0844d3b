using MIOpenDarts.Darts.Algorithms;
using MIOpenDarts.Darts.Costs;
using MIOpenDarts.Darts.Costs.Search;
using MIOpenDarts.Darts.Evaluation;
using MIOpenDarts.Darts.Evaluation.NasBench201;
using MIOpenDarts.Darts.Genotypes;
using MIOpenDarts.Darts.Records;
using MIOpenDarts.Darts.Supernets;

namespace MIOpenDarts.Darts.Search;

/// <summary>What a search knows of the cost of the network that is to be built, and how much that counts in an epoch.</summary>
internal static class TargetCosts
{
    /// <summary>Costs of the operations; null for a search that knows none.</summary>
    /// <exception cref="InvalidDataException">
    /// There is no such table, it lacks a part of the network, or the limit is below the cheapest genotype.
    /// </exception>
    public static ArchitectureCosts? Of(SearchOptions options, SupernetShape shape)
    {
        if (options.Cost == CostName.None) return null;
        var (height, width) = options.TargetImageSize > 0
            ? (options.TargetImageSize, options.TargetImageSize)
            : (shape.Height, shape.Width);
        var task = new ImageTask(shape.ImageChannels, height, width, shape.Classes);
        ITargetNetwork network = options.Skeleton == Skeleton.NasBench201
            ? new NasBench201Target(new NasBench201Shape(task, options.TargetChannels, options.TargetCellsPerStage).Validated())
            : new TargetNetwork(new EvaluationShape(task, options.TargetChannels, options.TargetLayers, Auxiliary: false));
        var costs = new ArchitectureCosts(
            CostName.Open(options.Cost), network, SearchAlgorithm.From(options).Candidates(options), options.Topology);
        if (options.Target > 0) LimitedDerivation.Require(costs, options.Target);
        return costs;
    }

    /// <summary>
    /// λ of an epoch. Under a limit T it is a multiplier: it grows by (E − T)/(E_max − E_min) after each epoch in which the alphas move,
    /// and never falls below 0. All of it follows from the records of the epochs, so that a resumed search goes on the same.
    /// </summary>
    public static double Weight(SearchOptions options, IReadOnlyList<EpochRecord> history)
    {
        if (options.Target == 0 || history.Count == 0) return options.CostWeight;
        if (history[^1] is not { Cost: { Limit: { } limit } cost, Epoch: var epoch }) return options.CostWeight;
        if (!SearchAlgorithm.From(options).MovesAlphas(options, epoch) || cost.Most <= cost.Least) return cost.Weight;
        return Math.Max(0, cost.Weight + (cost.Expected - limit) / (cost.Most - cost.Least));
    }
}
