using MIOpenDarts.Darts.Algorithms;
using MIOpenDarts.Darts.Algorithms.DrNas;
using MIOpenDarts.Darts.Algorithms.FairDarts;
using MIOpenDarts.Darts.Checkpoints;
using MIOpenDarts.Darts.Genotypes;
using MIOpenDarts.Darts.Loops;
using MIOpenDarts.Darts.Options;
using MIOpenDarts.Darts.Search;
using MIOpenDarts.Darts.Tests.Search;
using MIOpenDarts.Layers.Backends.Reference;

namespace MIOpenDarts.Darts.Tests.Spaces;

public sealed class NasBench201SearchTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("miopendarts-").FullName;

    public static TheoryData<string, bool> Searches =>
        new(SearchAlgorithm.All.SelectMany(algorithm => new[] { (algorithm.Name, false), (algorithm.Name, true) }));

    public static TheoryData<string> Methods => [.. SearchAlgorithm.Names];

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Theory]
    [MemberData(nameof(Searches))]
    public void Every_method_searches_in_either_order_and_goes_on_bit_identical(string method, bool unrolled)
    {
        var options = Options(method) with { Unrolled = unrolled };
        using var backend = new ReferenceBackend<float>();
        var (train, valid) = SmallSearch.Images();
        var whole = new CheckpointRing(Path.Combine(folder, "whole"), 1);
        var expected = DartsSearch.Run(train, valid, options, backend, null, whole);
        Assert.NotNull(expected.Genotype.NasBench201);
        if (!SearchAlgorithm.From(options).Trains) return;
        var (first, last) = (expected.History[0], expected.History[^1]);
        Assert.Equal((6, 1), (last.Normal.Alphas.Length, last.Kinds.Count));
        Assert.NotEqual(first.Normal.Alphas.SelectMany(row => row), last.Normal.Alphas.SelectMany(row => row));
        AssertGoesOn(options, backend, whole);
    }

    [Fact]
    public void A_second_stage_of_dr_nas_mixes_more_channels_of_fewer_operations_and_goes_on_bit_identical()
    {
        var options = (Options("dr-nas") with { PartialChannels = 2 }).With(
            new DrNasOptions { SecondStageEpoch = 1, SecondStagePartialChannels = 1, SecondStageOperations = 2 });
        Assert.Empty(SearchOptions.Table.Validate(options));
        using var backend = new ReferenceBackend<float>();
        var (train, valid) = SmallSearch.Images();
        var whole = new CheckpointRing(Path.Combine(folder, "whole"), 1);
        var history = DartsSearch.Run(train, valid, options, backend, null, whole).History;
        Assert.All(history[0].Normal.Weights, row => Assert.DoesNotContain(0, row));
        Assert.All(history[1].Normal.Weights, row => Assert.Equal(2, row.Count(weight => weight > 0)));
        AssertGoesOn(options, backend, whole);
    }

    private void AssertGoesOn(SearchOptions options, ReferenceBackend<float> backend, CheckpointRing whole)
    {
        var (train, valid) = SmallSearch.Images();
        foreach (var stop in new[] { 1, 4 })
        {
            var ring = new CheckpointRing(Path.Combine(folder, $"stopped-{stop}"), 2);
            using var cancellation = new CancellationTokenSource();
            Assert.Throws<RunInterruptedException>(() => DartsSearch.Run(
                train, valid, options, backend, new ResumeTests.StopAfter(stop, cancellation), ring, cancellation.Token));
            DartsSearch.Run(train, valid, options, backend, null, ring);
            ResumeTests.AssertSameTensors(whole.Files[0], ring.Files[0]);
        }
    }

    [Theory]
    [MemberData(nameof(Methods))]
    public void A_genotype_is_the_strongest_operation_of_each_edge(string method)
    {
        var algorithm = SearchAlgorithm.Find(method)!;
        var options = Options(method);
        var candidates = algorithm.Candidates(options);
        var scores = new float[6 * candidates.Count];
        for (var edge = 0; edge < 6; edge++) scores[edge * candidates.Count + edge % candidates.Count] = 0.9f;
        Assert.Equal(
            Enumerable.Range(0, 6).Select(edge => candidates[edge % candidates.Count]),
            algorithm.Derive([scores], options).NasBench201!.Operations);
    }

    [Fact]
    public void Fair_darts_leaves_none_on_edges_below_the_threshold_unless_nothing_would_reach_the_output()
    {
        var fair = SearchAlgorithm.Find("fair-darts")!;
        var options = Options("fair-darts");
        var threshold = (float)options.Own<FairDartsOptions>().Threshold;
        // Columns skip_connect, nor_conv_1x1, nor_conv_3x3, avg_pool_3x3; the edge from 0 to 3 is the fourth.
        var scores = new float[24];
        for (var edge = 0; edge < 6; edge++) scores[4 * edge + 2] = edge == 3 ? threshold : threshold - 0.1f;
        Assert.Equal("|none~0|+|none~0|none~1|+|nor_conv_3x3~0|none~1|none~2|", fair.Derive([scores], options).ToString());
        Assert.Contains("5 of 6 edges", Assert.Single(fair.Notes([scores], options)));
        scores[4 * 3 + 2] = threshold - 0.1f;
        Assert.All(fair.Derive([scores], options).NasBench201!.Operations, operation => Assert.Equal(Primitives.NorConv3x3, operation));
        Assert.Contains("the strongest operation of each edge was taken", Assert.Single(fair.Notes([scores], options)));
    }

    [Fact]
    public void Options_go_with_the_space()
    {
        var defaults = SearchOptions.Table.Resolve(null, null, [new("space", "nas-bench-201")]);
        Assert.Equal((5, 16, 0, 50), (defaults.CellsPerStage, defaults.InitChannels, defaults.Layers, defaults.Epochs));
        Assert.Equal(defaults, SearchOptions.Table.Parse(SearchOptions.Table.Format(defaults)));
        foreach (var (name, value, allowed) in new[]
        {
            ("layers", "8", "counted by cells_per_stage"), ("nodes", "4", "3 with space nas-bench-201"),
            ("multiplier", "2", "1 with space nas-bench-201"), ("stem_multiplier", "3", "1 with space nas-bench-201"),
            ("cells_per_stage", "0", "from 1 to 33"),
        })
        {
            var error = Assert.Throws<OptionsException>(
                () => SearchOptions.Table.Resolve(null, null, [new("space", "nas-bench-201"), new(name, value)]));
            Assert.Contains(name, error.Message);
            Assert.Contains(allowed, error.Message);
        }

        Assert.Contains("counted by layers", Assert.Throws<OptionsException>(
            () => SearchOptions.Table.Resolve(null, null, [new("cells_per_stage", "3")])).Message);
        Assert.Contains("edges have one operation", Assert.Throws<OptionsException>(() => SearchOptions.Table.Resolve(
            null, null,
            [new("space", "nas-bench-201"), new("algorithm", "fair-darts"), new("genotype_rule", FairDartsOptions.EdgeRule)])).Message);
    }

    // Warm-up only in the first of two epochs, so that alphas move in the second.
    private static SearchOptions Options(string method)
    {
        var space = CellSpace.NasBench201;
        return SearchPresets.Size("demo", SearchAlgorithm.Find(method)!, space) with
        {
            Epochs = 2,
            BatchSize = SmallSearch.Options.BatchSize,
            InitChannels = 4,
            WarmupEpochs = 0,
            CheckpointInterval = 1,
            ReportInterval = 1,
            DataWorkers = 0,
            AlphaLearningRate = 0.05,
        };
    }
}
