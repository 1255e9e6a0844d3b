using System.Diagnostics;
using MIOpenDarts.Darts.Algorithms;
using MIOpenDarts.Darts.Costs.Profiling;
using MIOpenDarts.Darts.Costs.Tables;
using MIOpenDarts.Darts.Data;
using MIOpenDarts.Darts.Genotypes;
using MIOpenDarts.Darts.Search;
using MIOpenDarts.Layers.Backends.Cpu;

namespace MIOpenDarts.Darts.Tests.Search;

/// <summary>Networks that were searched under a table of this processor's latencies, measured whole.</summary>
public sealed class MeasuredOrderTests : IDisposable
{
    private const int Batch = 8, Rounds = 31;
    private static readonly ulong[] Seeds = [0, 1, 2];

    private readonly string folder = Directory.CreateTempSubdirectory("miopendarts-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    /// <summary>On one thread, by turns, medians: whatever else runs slows both down.</summary>
    [Fact]
    [Trait("Category", "long")]
    public void The_extremes_of_searches_under_latency_come_in_the_right_order_when_they_are_measured()
    {
        var table = Path.Combine(folder, "table.json");
        // A rate at which the softmax visibly moves in so few steps.
        var options = new SearchOptions
        {
            Epochs = 3,
            BatchSize = 16,
            Layers = 3,
            InitChannels = 4,
            Nodes = 2,
            Multiplier = 2,
            AlphaLearningRate = 0.1,
            Cost = $"latency:{table}",
            TargetChannels = 8,
            TargetLayers = 5,
            DataWorkers = 1,
        };
        var data = DataSource.Open(DataSource.FashionMnistSlice);
        var shape = DartsSearch.ShapeOf(SearchImages.Split(data, options).Train, options);
        using var profiler = new BackendProfiler(CpuBackend.Create(1), Batch, training: false);
        var network = TargetCosts.Of(options with { Cost = "macs" }, shape)!.Network;
        var meter = new CostTimer(TimeProvider.System);
        var profiled = new TableProfile(profiler, meter, network, CellSpace.Darts with { Topology = shape.Topology }).Complete(
            Empty(profiler, meter), _ => { }, _ => { }, CancellationToken.None);
        profiled.Write(table);
        var costs = TargetCosts.Of(options, shape)!;
        Genotype[] found = [.. new[] { 0, 5.0 }.SelectMany(weight => Seeds.Select(seed => Searched(data, options with
        {
            Seed = seed,
            CostWeight = weight,
        })))];
        var medians = ByTurns(found, genotype => profiler.Prepare(network, genotype));
        for (var i = 0; i < found.Length; i++)
            TestContext.Current.SendDiagnosticMessage(
                $"weight {(i < Seeds.Length ? 0 : 5)}, seed {Seeds[i % Seeds.Length]}: measured {medians[i]:F3} ms, "
                + $"table times its mean ratio {costs.Of(found[i]) * profiled.Check!.Ratio:F3} ms (rho {profiled.Check.Rho:F3})");
        var (free, light) = (medians[..Seeds.Length].Sum(), medians[Seeds.Length..].Sum());
        var networks = string.Join("; ", found.Select(genotype => genotype.ToString()));
        Assert.True(light < free, $"under a strong penalty {light} ms, without one {free} ms: {networks}");
    }

    private static Genotype Searched(ImageData data, SearchOptions options)
    {
        var (train, valid) = SearchImages.Split(data, options);
        using var backend = CpuBackend.Create(1);
        // Some of the images, so that a search takes seconds.
        return DartsSearch.Run(
            new SearchImages(train.Encoder, train.Indices[..256]), new SearchImages(valid.Encoder, valid.Indices[..256]), options,
            backend).Genotype;
    }

    private static double[] ByTurns(Genotype[] networks, Func<Genotype, IPreparedRun> prepare)
    {
        var (runs, times) = (new List<IPreparedRun>(), networks.Select(_ => new List<double>()).ToArray());
        try
        {
            foreach (var network in networks) runs.Add(prepare(network));
            // The first round is the warm-up.
            for (var round = 0; round <= Rounds; round++)
            {
                for (var i = 0; i < runs.Count; i++)
                {
                    var begun = Stopwatch.GetTimestamp();
                    runs[i].Run();
                    runs[i].Finish();
                    if (round > 0) times[i].Add(Stopwatch.GetElapsedTime(begun).TotalMilliseconds);
                }
            }
        }
        finally
        {
            foreach (var run in runs) run.Dispose();
        }

        return [.. times.Select(of => of.Order().ElementAt(Rounds / 2))];
    }

    private static CostTable Empty(BackendProfiler profiler, CostTimer meter) => new()
    {
        Name = "this-processor",
        Kind = meter.Kind,
        Unit = meter.Unit,
        Batch = Batch,
        Mode = "inference",
        Source = "measured",
        Device = profiler.Device,
        Entries = new Dictionary<string, CostEntry>(),
    };
}
