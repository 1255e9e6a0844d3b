using MIOpenDarts.Cli.Profiling;
using MIOpenDarts.Cli.Progress;
using MIOpenDarts.Darts.Algorithms;
using MIOpenDarts.Darts.Costs;
using MIOpenDarts.Darts.Data;
using MIOpenDarts.Darts.Distributed;
using MIOpenDarts.Darts.Genotypes;
using MIOpenDarts.Darts.Reports;
using MIOpenDarts.Darts.Runs;
using MIOpenDarts.Darts.Search;
using MIOpenDarts.Layers.Backends;

namespace MIOpenDarts.Cli.Commands;

/// <summary>One run of a search from the command line.</summary>
internal sealed class SearchRun : CommandRun<SearchOptions, SearchHistory, SearchResult>
{
    private readonly SearchFolder folder;
    private readonly ImageData? images;

    private SearchRun(Screen screen, SearchFolder folder, SearchOptions options, ImageData? images, bool tensorBoard)
        : base(screen, folder, options, tensorBoard) => (this.folder, this.images) = (folder, images);

    public override string OptionsText => SearchOptions.Table.Format(Options);

    protected override string Command => SearchCommand.Name;

    /// <summary>A new run. Everything that a user may have got wrong is checked before the folder is made.</summary>
    public static SearchRun Start(
        Screen screen, string? preset, string? config, List<KeyValuePair<string, string>> typed, string? output, bool tensorBoard,
        Ranks? ranks = null)
    {
        var options = SearchOptions.Table.Resolve(preset, config, typed);
        var images = SearchImages.Open(options);
        var (train, valid) = SearchImages.Split(images, options);
        RequireLeaves(ranks, train, valid, options);
        TargetCosts.Of(options, DartsSearch.ShapeOf(train, options));
        Backends.Require(
            options.Backend, options.Threads, backend =>
            {
                RankRun.Cut(ranks, options, backend);
                SearchMemory.Require(options, DartsSearch.ShapeOf(train, options), backend);
            });
        options = Lasting(options);
        return new SearchRun(screen, SearchFolder.Create(NewRun.Folder(output), options), options, images, tensorBoard);
    }

    /// <summary>A run that was begun before.</summary>
    public static SearchRun Resume(Screen screen, string path, List<KeyValuePair<string, string>> typed, string? given, bool tensorBoard) =>
        Continue(
        () => SearchFolder.Open(path), given, options => Lasting(SearchOptions.Table.Apply(options, typed)),
        (folder, options) => new SearchRun(screen, folder, options, images: null, tensorBoard));

    /// <summary>Takes part in a run of the first rank.</summary>
    public static void Follow(Ranks ranks, string path, string text)
    {
        var options = SearchOptions.Table.Parse(text, "the options of rank 0");
        using var log = new RankLog(ranks, path);
        using var signals = new StopSignals(log.Stopping);
        log.Record(() =>
        {
            using var backend = RankRun.Backend(ranks, options);
            var data = ranks.Agree(() => SearchImages.Open(options));
            var (train, valid) = SearchImages.Split(data, options);
            ranks.RequireSame(Data, DataFingerprint.From(data.Train).TrainHash);
            RequireLeaves(ranks, train, valid, options);
            log.Begin(backend);
            DartsSearch.Run(train, valid, options, backend, log, RankRun.Checkpoints(path), signals.Token);
        });
    }

    private static void RequireLeaves(Ranks? ranks, SearchImages train, SearchImages valid, SearchOptions options) =>
        ranks?.RequireLeaves(options, ("training", train.Indices.Length), ("validation", valid.Indices.Length));

    protected override string Extending(SearchOptions then) => MoreEpochs.Describe(then, Options);

    protected override SearchResult Compute(Backend<float> backend, CancellationToken cancellation)
    {
        var ring = Recorder.Checkpoints(Options.CheckpointRing, View.Warn);
        var data = Agreed(() => images ?? Reopen(SearchImages.Open, found => DataFingerprint.From(found.Train), ring));
        var (train, valid) = SearchImages.Split(data, Options);
        Ranks?.RequireSame(Data, DataFingerprint.From(data.Train).TrainHash);
        RequireLeaves(Ranks, train, valid, Options);
        Begin(data, train.Indices.Length, valid.Indices.Length, backend);
        var result = DartsSearch.Run(train, valid, Options, backend, Recorder, ring, cancellation);
        var costs = TargetCosts.Of(Options, DartsSearch.ShapeOf(train, Options));
        if (costs is not null)
        {
            folder.WriteResult(result.Genotype, View.Warn);
            Measure(costs, result.Genotype);
        }

        return result;
    }

    // The search is done: what fails here takes nothing from it.
    private void Measure(ArchitectureCosts costs, Genotype genotype)
    {
        try
        {
            if (DerivedMeasurement.Take(costs, genotype, Recorder.Seconds) is { } measured) Recorder.Report(measured);
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            View.Warn($"the derived network could not be measured: {Failures.Reported(e, folder.Path).Message}");
        }
    }

    protected override void WriteResult(SearchHistory history) => folder.WriteResult(history.Genotype!.WithOutputs(), View.Warn);

    protected override void Report(SearchHistory history)
    {
        View.Print(history.Genotype!.ToString());
        if (LeadText.Of(history) is { } sentence) View.Print(sentence);
        if (history.Drawn is not null)
        {
            View.Print($"report: {folder.ReportFile}");
            return;
        }

        var chosen = history.Chosen;
        foreach (var note in chosen.Notes ?? []) View.Print(note);
        if (chosen.Cost is { } cost) View.Print($"cost     {ReportCost.Describe(cost)}");
        if (history.Measured is { } measured) View.Print($"cost     {ReportCost.Describe(measured)}");
        View.Print(
            $"accuracy {chosen.TrainAccuracy:F2} % in training, {chosen.ValidAccuracy:F2} % in validation; report: {folder.ReportFile}");
    }

    private static SearchOptions Lasting(SearchOptions options) => options with
    {
        Data = NewRun.Lasting(options.Data),
        Cost = CostName.Lasting(options.Cost),
    };
}
