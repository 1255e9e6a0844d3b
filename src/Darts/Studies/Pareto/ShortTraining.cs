using MIOpenDarts.Darts.Algorithms;
using MIOpenDarts.Darts.Costs;
using MIOpenDarts.Darts.Data;
using MIOpenDarts.Darts.Evolution.Spaces;
using MIOpenDarts.Darts.Genotypes;
using MIOpenDarts.Darts.Search;
using MIOpenDarts.Darts.Studies.Seeds;
using MIOpenDarts.Darts.Training;

namespace MIOpenDarts.Darts.Studies.Pareto;

/// <summary>
/// A short training from scratch by which genotypes are judged. It sees what trains a search's weights and is tested on what trains a
/// search's alphas, so that no test image decides what is found.
/// </summary>
internal sealed class ShortTraining
{
    /// <summary>Options of a search that it reads; where the data lies and what computes is none of them.</summary>
    public static readonly IReadOnlyList<string> Deciding =
    [
        "image_size", "train_portion", "space", "nodes", "multiplier", "layers", "cells_per_stage", "init_channels", "seed", "batch_size",
        "augment",
    ];

    private readonly SeedPlan plan;

    /// <summary>A training on the halves into which a search splits the training images.</summary>
    public ShortTraining(ImageData data, SearchOptions options, int epochs)
    {
        var (train, valid) = SearchImages.Split(data, options);
        plan = new SeedPlan([], epochs, options);
        Images = data with
        {
            Train = data.Train.Some(data.Train.Name, train.Indices),
            Test = data.Train.Some($"{data.Train.Name} (validation)", valid.Indices),
        };
        var recipe = TrainOptions.Table.All.Where(field => field.HasEffect && field.Name != "network")
            .Select(field => $"{field.Name} {field.Show(plan.TrainingOf(options.Seed, ""))}");
        Identity = $"trained from scratch: {string.Join(", ", recipe.Append($"{DataFingerprint.From(Images.Train, Images.Test)}"))}";
    }

    /// <summary>What it trains on, and what it is tested on.</summary>
    public ImageData Images { get; }

    /// <summary>Everything that decides over the error.</summary>
    public string Identity { get; }

    /// <summary>Epochs of a training.</summary>
    public int Epochs => plan.Retrain;

    /// <summary>The training of a genotype.</summary>
    public TrainOptions Of(Genotype genotype) => plan.TrainingOf(plan.Options.Seed, genotype.ToString());

    /// <summary>
    /// A genotype of a space whose network needs as much memory as any: the operation with the most parameters on every edge.
    /// </summary>
    public static Genotype Largest(CellSpace space)
    {
        var largest = space.Operations.MaxBy(
            operation => CountedCost.Parameters.Of(new NetworkPart(operation.Name, 16, 16, 8, 8, 1)))!;
        return space.Skeleton == Skeleton.NasBench201
            ? new Genotype(NasBench201Cell.From([.. Enumerable.Repeat(largest, space.Topology.Edges)]))
            : new GenotypeSpace(space).AllOf(largest);
    }
}
