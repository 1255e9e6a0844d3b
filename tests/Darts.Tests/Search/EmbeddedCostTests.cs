using MIOpenDarts.Darts.Algorithms;
using MIOpenDarts.Darts.Data;
using MIOpenDarts.Darts.Evolution;
using MIOpenDarts.Darts.Evolution.Inherited;
using MIOpenDarts.Darts.Evolution.Spaces;
using MIOpenDarts.Darts.Genotypes;
using MIOpenDarts.Darts.Search;
using MIOpenDarts.Layers.Backends.Cpu;

namespace MIOpenDarts.Darts.Tests.Search;

/// <summary>On the embedded images, over three seeds: limits hold, penalties lower the cost, evolution beats chance.</summary>
public class EmbeddedCostTests
{
    private static readonly ulong[] Seeds = [0, 1, 2];
    private static readonly ImageData Data = DataSource.Open(DataSource.FashionMnistSlice);

    // A rate at which the softmax visibly moves in so few steps.
    private static readonly SearchOptions Options = new()
    {
        Epochs = 3,
        BatchSize = 16,
        Layers = 3,
        InitChannels = 4,
        Nodes = 2,
        Multiplier = 2,
        AlphaLearningRate = 0.1,
        Cost = "macs",
        TargetChannels = 8,
        TargetLayers = 5,
        DataWorkers = 1,
    };

    private static CancellationToken Never => CancellationToken.None;

    [Fact]
    public void No_derived_genotype_exceeds_its_limit_and_the_softmax_has_moved()
    {
        foreach (var seed in Seeds)
        {
            var (train, valid) = Images(seed);
            var costs = TargetCosts.Of(Options, DartsSearch.ShapeOf(train, Options))!;
            var limit = costs.Least + 0.2 * (costs.Most - costs.Least);
            using var backend = CpuBackend.Create(1);
            var result = DartsSearch.Run(train, valid, Options with { Seed = seed, Target = limit }, backend);
            Assert.All(result.History, epoch => Assert.InRange(epoch.Cost!.Derived, costs.Least, limit));
            Assert.InRange(costs.Of(result.Genotype), costs.Least, limit);
            Assert.Contains(result.History[^1].Normal.Weights, row => row.Max() > 2.0 / row.Length);
        }
    }

    [Fact]
    public void A_hundred_times_the_weight_lowers_the_mean_cost_by_a_fifth_and_no_step_raises_it()
    {
        const double weight = 0.05;
        double least = 0, most = 0;
        double[] means = [.. new[] { 0, weight, 100 * weight }.Select(lambda => Seeds.Average(seed =>
        {
            var (train, valid) = Images(seed);
            using var backend = CpuBackend.Create(1);
            var result = DartsSearch.Run(train, valid, Options with { Seed = seed, CostWeight = lambda }, backend);
            var costs = TargetCosts.Of(Options, DartsSearch.ShapeOf(train, Options))!;
            (least, most) = (costs.Least, costs.Most);
            return costs.Of(result.Genotype);
        }))];
        Assert.True(means[2] <= 0.8 * means[0], $"{means[2]} is over 0.8 of {means[0]}");
        for (var i = 1; i < means.Length; i++)
            Assert.True(means[i] - means[i - 1] <= 0.02 * (most - least), $"{means[i - 1]} rises to {means[i]}");
    }

    [Fact]
    public void Evolution_over_one_supernet_dominates_more_than_as_many_random_genotypes()
    {
        const int evaluations = 60;
        var (train, valid) = Images(0);
        var shape = DartsSearch.ShapeOf(train, Options);
        var costs = TargetCosts.Of(Options, shape)!;
        using var backend = CpuBackend.Create(1);
        using var net = new PathSupernet(Options, shape, backend);
        new PathTraining(net, Options).ToEnd(train.Encoder, train.Indices, (_, _, _) => { }, Never);
        var space = new GenotypeSpace(CellSpace.Darts with { Topology = shape.Topology });
        var fitness = new InheritedFitness("net", [net], valid.Encoder, valid.Indices, costs, double.PositiveInfinity);
        var (evolved, random) = (Mean(new Nsga2(12)), Mean(new RandomSearch()));
        Assert.True(evolved > random, $"{evolved} is not over {random}");

        double Mean(IEvolution method) => Seeds.Average(seed =>
        {
            var history = new History<Genotype>(space, fitness);
            method.Run(space, history, evaluations, seed, Never);
            return Hypervolume.Of(history.All.Select(a => a.Fitness.Objectives), [costs.Most, 100]);
        });
    }

    // Some of the images, so that a search takes seconds.
    private static (SearchImages Train, SearchImages Valid) Images(ulong seed)
    {
        var (train, valid) = SearchImages.Split(Data, Options with { Seed = seed });
        return (new SearchImages(train.Encoder, train.Indices[..256]), new SearchImages(valid.Encoder, valid.Indices[..256]));
    }
}
