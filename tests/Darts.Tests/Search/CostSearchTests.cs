using MIOpenDarts.Darts.Algorithms;
using MIOpenDarts.Darts.Bilevel;
using MIOpenDarts.Darts.Checkpoints;
using MIOpenDarts.Darts.Costs;
using MIOpenDarts.Darts.Costs.Profiling;
using MIOpenDarts.Darts.Costs.Tables;
using MIOpenDarts.Darts.Data;
using MIOpenDarts.Darts.Evaluation;
using MIOpenDarts.Darts.Genotypes;
using MIOpenDarts.Darts.Loops;
using MIOpenDarts.Darts.Records;
using MIOpenDarts.Darts.Search;
using MIOpenDarts.Layers.Backends.Cpu;
using MIOpenDarts.Layers.Backends.Reference;
using MIOpenDarts.Layers.Modules;
using MIOpenDarts.Layers.Tensors;

namespace MIOpenDarts.Darts.Tests.Search;

/// <summary>Searches that know what the network to be built costs.</summary>
public sealed class CostSearchTests : IDisposable
{
    private static readonly SearchOptions Macs =
        SmallSearch.Options with { Cost = "macs", TargetChannels = 4, TargetLayers = 5, AlphaLearningRate = 0.3 };

    private readonly string folder = Directory.CreateTempSubdirectory("miopendarts-").FullName;

    public static TheoryData<string> Methods { get; } = [.. SearchAlgorithm.Names];

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Without_a_weight_a_search_is_bit_identical_to_one_that_knows_no_cost(bool unrolled)
    {
        var options = Macs with { Unrolled = unrolled };
        var (plain, known) = (Run(options with { Cost = "none" }, "plain"), Run(options, "known"));
        Assert.Equal(plain.History.Select(e => (e.TrainLoss, e.ValidLoss)), known.History.Select(e => (e.TrainLoss, e.ValidLoss)));
        Assert.All(plain.History, epoch => Assert.Null(epoch.Cost));
        Assert.All(known.History, epoch => Assert.Equal(0, epoch.Cost!.Weight));
        using var a = SafetensorsFile.Open(Newest("plain"));
        using var b = SafetensorsFile.Open(Newest("known"));
        foreach (var name in new[] { "search.alphas_normal", "search.alphas_reduce", "search.adam_mean_normal" })
            Assert.Equal(a.ReadSingle(name), b.ReadSingle(name));
    }

    [Theory]
    [MemberData(nameof(Methods))]
    public void No_method_derives_a_genotype_over_its_limit(string method)
    {
        var options = Limited(method);
        using var backend = new ReferenceBackend<float>();
        var (train, valid) = SmallSearch.Images();
        var costs = TargetCosts.Of(options, DartsSearch.ShapeOf(train, options))!;
        var result = DartsSearch.Run(train, valid, options, backend);
        Assert.InRange(costs.Of(result.Genotype), costs.Least, options.Target);
        Assert.All(result.History, epoch => Assert.InRange(epoch.Cost!.Derived, costs.Least, options.Target));
    }

    [Theory]
    [MemberData(nameof(Methods))]
    public void No_method_derives_a_cell_of_NAS_Bench_201_over_its_limit(string method)
    {
        var options = SearchOptions.Table.Resolve(
            null, null,
            [
                new("space", "nas-bench-201"), new("algorithm", method), new("cells_per_stage", "1"), new("init_channels", "12"),
                new("epochs", "2"), new("batch_size", "4"), new("data_workers", "1"), new("alpha_learning_rate", "0.3"),
                new("cost", "macs"), new("target_channels", "4"), new("target_cells_per_stage", "2"), new("warmup_epochs", "0"),
            ]);
        var (train, valid) = SmallSearch.Images();
        var costs = TargetCosts.Of(options, DartsSearch.ShapeOf(train, options))!;
        options = options with { Target = costs.Least + 0.3 * (costs.Most - costs.Least), CostWeight = 1 };
        using var backend = CpuBackend.Create(1);
        var result = DartsSearch.Run(train, valid, options, backend);
        Assert.InRange(costs.Of(result.Genotype), costs.Base, options.Target);
        Assert.All(result.History, epoch => Assert.InRange(epoch.Cost!.Derived, costs.Base, options.Target));
        Assert.All(result.History, epoch => Assert.InRange(epoch.Cost!.Expected, costs.Base, costs.Most));
    }

    [Fact]
    public void A_limit_below_the_cheapest_genotype_is_refused_before_the_search_with_its_cost()
    {
        using var backend = new ReferenceBackend<float>();
        var (train, valid) = SmallSearch.Images();
        var least = TargetCosts.Of(Macs, DartsSearch.ShapeOf(train, Macs))!.Least;
        var refused = Assert.Throws<InvalidDataException>(
            () => DartsSearch.Run(train, valid, Macs with { Target = least - 1 }, backend));
        Assert.Contains($"{least}", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_strong_penalty_makes_the_expectation_fall()
    {
        var light = Run(Macs with { Epochs = 4 }, "light").History[^1].Cost!;
        var heavy = Run(Macs with { Epochs = 4, CostWeight = 100 }, "heavy").History[^1].Cost!;
        Assert.True(heavy.Expected < light.Expected, $"{heavy.Expected} is not below {light.Expected}");
        Assert.True(heavy.Derived <= light.Derived);
    }

    [Fact]
    public void A_collapse_to_skips_under_a_strong_penalty_is_caught_and_told_as_such()
    {
        // A skip that keeps the size writes nothing; pools, which compute nothing either, do.
        var watched = Macs with { Cost = "memory", Epochs = 6, Watch = "skip", WatchFrom = 0, WatchSkipNormal = 2 };
        var collapsed = Run(watched with { CostWeight = 100 }, "collapsed");
        // Without a penalty these few steps collapse nothing.
        Assert.All(Run(watched, "free").History, epoch => Assert.Null(epoch.Watch!.Alarm));
        var alarm = Assert.Single(collapsed.History, epoch => epoch.Watch!.Alarm is not null).Watch!.Alarm!;
        Assert.Equal("skip", alarm.Watchdog);
        Assert.Contains(
            ", under a weight of 100 on memory, which skips lower: take a smaller cost_weight or a higher target", alarm.Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void The_multiplier_follows_from_the_records()
    {
        var options = Limited("darts") with { Epochs = 4, CostWeight = 0.25 };
        var history = Run(options, "multiplier").History;
        Assert.Equal(0.25, history[0].Cost!.Weight);
        for (var epoch = 1; epoch < history.Count; epoch++)
        {
            var before = history[epoch - 1].Cost!;
            Assert.Equal(
                Math.Max(0, before.Weight + (before.Expected - options.Target) / (before.Most - before.Least)),
                history[epoch].Cost!.Weight);
        }
    }

    [Theory]
    [InlineData("darts", false)]
    [InlineData("darts", true)]
    [InlineData("dr-nas", false)]
    public void Stopped_after_any_step_and_resumed_a_search_with_a_target_ends_bit_identical(string method, bool unrolled)
    {
        var options = Limited(method) with { Unrolled = unrolled, Epochs = 3 };
        var expected = Run(options, "whole");
        for (var stop = 1; stop <= 7; stop += 2)
        {
            using var cancellation = new CancellationTokenSource();
            var stopper = new ResumeTests.StopAfter(stop, cancellation);
            Assert.Throws<RunInterruptedException>(() => Run(options, $"stopped-{stop}", stopper, cancellation.Token));
            var resumed = Run(options, $"stopped-{stop}");
            Assert.Equal(expected.History.Select(e => (e.ValidLoss, e.Cost)), resumed.History.Select(e => (e.ValidLoss, e.Cost)));
            using var a = SafetensorsFile.Open(Newest("whole"));
            using var b = SafetensorsFile.Open(Newest($"stopped-{stop}"));
            Assert.Equal(a.ReadSingle("search.alphas_normal"), b.ReadSingle("search.alphas_normal"));
        }
    }

    [Fact]
    public void A_table_that_was_changed_since_the_checkpoint_is_refused_by_name()
    {
        var (train, _) = SmallSearch.Images();
        var shape = DartsSearch.ShapeOf(train, Macs);
        var network = new TargetNetwork(new EvaluationShape(
            new ImageTask(shape.ImageChannels, shape.Height, shape.Width, shape.Classes), 4, 5, Auxiliary: false));
        var table = Path.Combine(folder, "table.json");
        var options = Macs with { Cost = $"latency:{table}", CostWeight = 1 };
        Write(price: 5);
        var whole = Run(options, "whole");
        using (var cancellation = new CancellationTokenSource())
            Assert.Throws<RunInterruptedException>(
                () => Run(options, "stopped", new ResumeTests.StopAfter(3, cancellation), cancellation.Token));
        // Neither the cheapest nor the dearest operation: least and most stay.
        Write(price: 6);
        var refused = Assert.Throws<CheckpointException>(() => Run(options, "stopped"));
        Assert.Contains($"was computed with other costs than latency:{table} gives now", refused.Message, StringComparison.Ordinal);
        Write(price: 5);
        Assert.Equal(whole.History.Select(e => (e.ValidLoss, e.Cost)), Run(options, "stopped").History.Select(e => (e.ValidLoss, e.Cost)));

        void Write(double price)
        {
            using var backend = new ReferenceBackend<float>();
            using var profiler = new BackendProfiler(backend, 1, training: false);
            var parts = new TableProfile(
                profiler, new CostTimer(TimeProvider.System), network, CellSpace.Darts with { Topology = shape.Topology }).Parts();
            new CostTable
            {
                Name = "made-up",
                Kind = "latency",
                Unit = "ms",
                Batch = 1,
                Mode = "inference",
                Source = "measured",
                Device = new TableDevice("none", "none", 1, ""),
                Entries = parts.ToDictionary(
                    part => part.Key,
                    part => new CostEntry(part.Name switch { "max_pool_3x3" => price, "sep_conv_5x5" => 9, _ => 1 }, 0, 1)),
            }.Write(table);
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void In_both_orders_the_alpha_gradient_is_that_without_cost_and_the_penaltys(bool unrolled)
    {
        var (train, valid) = SmallSearch.Images();
        var (without, with) = (Gradient(0), Gradient(2));
        using var backend = new ReferenceBackend<float>();
        using var state = State(backend, 2);
        state.Initialize();
        Array.Clear(state.Net.AlphaDiffs[0]);
        state.Architect.Penalties[^1].AddGradient(state.Net.Alphas, state.Net.AlphaDiffs);
        Assert.Contains(state.Net.AlphaDiffs[0], diff => Math.Abs(diff) > 1e-3);
        for (var i = 0; i < without.Length; i++) Assert.Equal(without[i] + state.Net.AlphaDiffs[0][i], with[i], 1e-6);

        SearchState State(ReferenceBackend<float> on, double weight) =>
            new(Macs with { Unrolled = unrolled }, DartsSearch.ShapeOf(train, Macs), on) { CostWeight = weight };

        float[] Gradient(double weight)
        {
            using var on = new ReferenceBackend<float>();
            using var of = State(on, weight);
            of.Initialize();
            float[] pixels = new float[4 * 64];
            for (var i = 0; i < pixels.Length; i++) pixels[i] = i % 7 - 3;
            int[] labels = [0, 1, 0, 1];
            of.Architect.Step(new ImageBatch<float>(pixels, labels), new ImageBatch<float>(pixels, labels), 0.01, new Pass(Training: true));
            return (float[])of.Net.AlphaDiffs[0].Clone();
        }
    }

    private static SearchOptions Limited(string method)
    {
        var (train, _) = SmallSearch.Images();
        var options = SearchOptions.Table.Apply(
            SmallSearch.Options with { TargetChannels = 4, TargetLayers = 5 }, [new("algorithm", method)]);
        var costs = TargetCosts.Of(options with { Cost = "macs" }, DartsSearch.ShapeOf(train, options))!;
        return options with { Cost = "macs", Target = costs.Least + 0.3 * (costs.Most - costs.Least), AlphaLearningRate = 0.1 };
    }

    private string Newest(string name) => new CheckpointRing(Path.Combine(folder, name), 2).Files[0];

    private SearchResult Run(
        SearchOptions options, string name, IProgress<RunEvent>? progress = null, CancellationToken cancellation = default)
    {
        using var backend = new ReferenceBackend<float>();
        var (train, valid) = SmallSearch.Images();
        return DartsSearch.Run(
            train, valid, options, backend, progress, new CheckpointRing(Path.Combine(folder, name), 2), cancellation);
    }
}
