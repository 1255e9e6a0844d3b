using System.Xml.Linq;
using MIOpenDarts.Darts.Algorithms;
using MIOpenDarts.Darts.Checkpoints;
using MIOpenDarts.Darts.Data;
using MIOpenDarts.Darts.Loops;
using MIOpenDarts.Darts.Records;
using MIOpenDarts.Darts.Reports;
using MIOpenDarts.Darts.Search;
using MIOpenDarts.Darts.Tests.Algorithms;
using MIOpenDarts.Darts.Tests.Reports;
using MIOpenDarts.Darts.Tests.Search;
using MIOpenDarts.Darts.Watchdogs;
using MIOpenDarts.Layers.Backends.Cpu;
using MIOpenDarts.Layers.Modules;

namespace MIOpenDarts.Darts.Tests.Watchdogs;

public sealed class WatchedSearchTests : IDisposable
{
    // So slow an architecture moves but never changes its ranking: the alarm is due after the third of six epochs.
    private static readonly SearchOptions Options = SmallSearch.Options with
    {
        Epochs = 6,
        AlphaLearningRate = 1e-9,
        Watch = "rank,eigenvalue",
        WatchAction = "rollback",
        WatchFrom = 1,
        WatchRankEpochs = 2,
        WatchInterval = 1,
    };

    private readonly string folder = Directory.CreateTempSubdirectory("miopendarts-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public void An_alarm_ends_the_search_with_the_genotype_of_the_chosen_epoch()
    {
        var events = new List<RunEvent>();
        var result = Search(Options, new Collector(events.Add));
        Assert.Equal(3, result.History.Count);
        Assert.Equal(new WatchAlarm("rank", "the ranking of the operations has not changed for 2 epochs", 2, Ends: true, 0),
            result.History[^1].Watch!.Alarm);
        Assert.Equal((result.History[0].Genotype, result.History[0].ValidAccuracy), (result.Genotype, result.ValidAccuracy));
        Assert.All(result.History, record => Assert.True(double.IsFinite(record.Watch!.Eigenvalue!.Value)));
        Assert.Equal(result.History[^1].Watch!.Alarm, Assert.Single(events.OfType<AlarmRaised>()).Alarm);
        Assert.Equal(6, Search(Options with { WatchAction = "report" }).History.Count);
    }

    [Theory]
    [MemberData(nameof(FamilySearchTests.Methods), MemberType = typeof(FamilySearchTests))]
    public void Looking_changes_nothing_of_the_search(string method)
    {
        var paper = SearchAlgorithm.Find(method)!.Paper;
        var options = Options with
        {
            Algorithm = method,
            Epochs = 3,
            InitChannels = 4,
            PartialChannels = Math.Min(paper.PartialChannels, 4),
            EdgeNormalization = paper.EdgeNormalization,
            Methods = SearchAlgorithm.Find(method)!.WithEpochs(paper, 3).Methods,
            AlphaLearningRate = 0.01,
            WatchAction = "report",
        };
        var watched = Search(options);
        Assert.All(watched.History, record => Assert.True(double.IsFinite(record.Watch!.Eigenvalue!.Value)));
        var unwatched = Search(options with { Watch = "none" });
        Assert.Equal(unwatched.History.Select(e => (e.TrainLoss, e.ValidLoss, e.Genotype)),
            watched.History.Select(e => (e.TrainLoss, e.ValidLoss, e.Genotype)));
    }

    [Theory]
    [MemberData(nameof(FamilySearchTests.Methods), MemberType = typeof(FamilySearchTests))]
    public void What_is_watched_is_the_expectation_of_the_weights_and_what_draws_draws_again_afterwards(string method)
    {
        var options = Options with { Algorithm = method, InitChannels = 4 };
        var (train, valid) = SmallSearch.Images();
        using var backend = CpuBackend.Create(1);
        using var state = new SearchState(options, DartsSearch.ShapeOf(train, options), backend);
        state.Initialize();
        var watched = SearchWatch.Create(options, state, valid)!.Measure(0);
        Assert.All(state.Net.Architectures, kind => Assert.False(kind.Relaxation.UsesExpectation));

        using var batches = new BatchPipeline(valid.Encoder, options.BatchSize, workers: 0);
        batches.Start(BatchSchedule.InOrder(valid.Indices[..options.BatchSize], options.BatchSize));
        Assert.True(batches.TryRead(out var batch));
        state.Net.UseExpectation(true);
        var pass = new Pass(Training: true, WeightGradients: false, options.Seed, 0, 0);
        Assert.Equal(new DominantEigenvalue<float>(state.Net).Estimate(new(batch.Pixels, batch.Labels), pass), watched);
    }

    [Fact]
    public void While_the_architecture_rests_nothing_is_measured_and_no_alarm_raised()
    {
        var history = Search(Options with
        { Epochs = 4, WarmupEpochs = 3, Watch = "skip,eigenvalue", WatchSkipNormal = 0, WatchSkipReduce = 0, WatchFrom = 0 }).History;
        Assert.All(history.Take(3), record => Assert.Equal((null, null), (record.Watch!.Eigenvalue, record.Watch.Alarm)));
        Assert.NotNull(history[3].Watch!.Eigenvalue);
    }

    [Theory]
    [InlineData(2)]
    [InlineData(4)]
    [InlineData(7)]
    public void Stopped_and_resumed_it_sees_the_same_and_ends_in_the_same_epoch(int steps)
    {
        var expected = Search(Options);
        var ring = new CheckpointRing(Path.Combine(folder, $"{steps}"), 2);
        using var cancellation = new CancellationTokenSource();
        var seen = 0;
        var stopper = new Collector(line =>
        {
            if (line is StepDone && ++seen == steps) cancellation.Cancel();
        });
        Assert.Throws<RunInterruptedException>(() => Search(Options, stopper, ring, cancellation.Token));
        var resumed = Search(Options, null, ring);
        Assert.Equal(expected.History.Select(e => e.Watch), resumed.History.Select(e => e.Watch));
        Assert.Equal(expected.Genotype, resumed.Genotype);
        Assert.Equal(expected.History.Select(e => e.Watch), Search(Options, null, ring).History.Select(e => e.Watch));
    }

    [Fact]
    public void The_report_draws_what_was_seen_and_marks_alarm_and_chosen_epoch()
    {
        var alarm = new WatchAlarm("eigenvalue", "grown", 7, Ends: true, 3);
        List<RunEvent> events = [SampleRun.Start(9)];
        for (var e = 0; e < 8; e++)
            events.Add(new EpochDone(e, SampleRun.Epoch(e, 9) with
            { Watch = new WatchRecord(1, 2, e, e % 2 == 0 ? null : 0.1 * e, e == 7 ? alarm : null) }));
        events.Add(new RunEnded(9, RunOutcome.Done, "watchdog eigenvalue"));
        var page = XDocument.Parse(HtmlReport.Render(SearchHistory.From(events)).Replace("<!DOCTYPE html>", ""));
        Assert.Equal(6, page.Descendants().Count(element => element.Attribute("class")?.Value == "chart-mark"));
        Assert.Contains("Alarm of eigenvalue in epoch 7: grown; the search ended with the genotype of epoch 3", page.Root!.Value);
        Assert.Contains(SampleRun.Epoch(3, 9).Genotype.ToString(), page.Root.Value);
        Assert.DoesNotContain("Watchdogs", HtmlReport.Render(SearchHistory.From(SampleRun.Events(3))));
    }

    private static SearchResult Search(SearchOptions options, IProgress<RunEvent>? progress = null, CheckpointRing? ring = null,
        CancellationToken cancellation = default)
    {
        using var backend = CpuBackend.Create(1);
        var (train, valid) = SmallSearch.Images();
        return DartsSearch.Run(train, valid, options, backend, progress, ring, cancellation);
    }

    private sealed class Collector(Action<RunEvent> see) : IProgress<RunEvent>
    {
        public void Report(RunEvent value) => see(value);
    }
}
