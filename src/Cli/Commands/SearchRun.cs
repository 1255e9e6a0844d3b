using MIOpenDarts.Cli.Progress;
using MIOpenDarts.Darts.Configuration;
using MIOpenDarts.Darts.Data;
using MIOpenDarts.Darts.Reports;
using MIOpenDarts.Darts.Reports.Log;
using MIOpenDarts.Darts.Runs;
using MIOpenDarts.Darts.Search;
using MIOpenDarts.Layers.Backends;

namespace MIOpenDarts.Cli.Commands;

/// <summary>One run of a search from the command line: folder, log, progress, signals, result.</summary>
internal sealed class SearchRun : IDisposable
{
    private readonly RunFolder folder;
    private readonly SearchOptions options;
    private readonly ImageData? images;
    private readonly ProgressView view;
    private readonly RunRecorder recorder;

    private SearchRun(Screen screen, RunFolder folder, SearchOptions options, ImageData? images)
    {
        (this.folder, this.options, this.images) = (folder, options, images);
        view = ProgressView.Create(screen, options.Epochs);
        try
        {
            recorder = new RunRecorder(folder, view);
        }
        catch
        {
            view.Dispose();
            folder.Dispose();
            throw;
        }
    }

    /// <summary>A new run. Everything that a user may have got wrong is checked before the folder is made.</summary>
    public static SearchRun Start(Screen screen, string? preset, string? config, List<KeyValuePair<string, string>> typed, string? output)
    {
        var options = SearchOptionsResolver.Resolve(preset, config, typed);
        var images = DataSource.Open(options.Data);
        SearchImages.Split(images, options);
        Backends.Require(options.Backend, options.Threads);
        // A resume may be called from another folder.
        if (Directory.Exists(options.Data)) options = options with { Data = Path.GetFullPath(options.Data) };
        var path = output ?? Path.Combine("runs", $"{DateTime.UtcNow:yyyyMMdd-HHmmss}-{Environment.ProcessId}");
        return new SearchRun(screen, RunFolder.Create(path, options), options, images);
    }

    /// <summary>A run that was begun before.</summary>
    public static SearchRun Resume(Screen screen, string path, List<KeyValuePair<string, string>> typed, string? given)
    {
        if (given is not null) throw new OptionsException($"{given} does not go with --resume; a run goes on as it was begun, so leave it out");
        var folder = RunFolder.Open(path);
        try
        {
            var options = SearchOptionsResolver.Apply(folder.Options, typed);
            folder.RequireSameSearch(options);
            Backends.Require(options.Backend, options.Threads);
            return new SearchRun(screen, folder, options, images: null);
        }
        catch
        {
            folder.Dispose();
            throw;
        }
    }

    /// <summary>Searches to the end, unless the run has come there before.</summary>
    public int ToEnd()
    {
        view.Say($"run      {folder.Path}");
        if (recorder.Finished is { } history)
        {
            view.Say($"all {history.Epochs.Count} epochs are done; the result files are written again");
            folder.WriteReport(history);
            folder.WriteResult(history.Epochs[^1].Genotype);
            return Show(history.Epochs[^1]);
        }

        using var signals = new StopSignals(() => view.Say("stopping after this step, with a checkpoint; once more stops at once"));
        try
        {
            var result = Search(signals.Token);
            recorder.Complete(result);
            return Show(result.History[^1]);
        }
        catch (SearchInterruptedException)
        {
            recorder.Stop(RunOutcome.Interrupted);
            throw new SearchInterruptedException($"stopped with a checkpoint; go on with: miopendarts search --resume {folder.Path}");
        }
        catch (Exception e)
        {
            recorder.Stop(RunOutcome.Failed, Failures.ForLog(e));
            throw;
        }
    }

    public void Dispose()
    {
        view.Dispose();
        recorder.Dispose();
        folder.Dispose();
    }

    private SearchResult Search(CancellationToken cancellation)
    {
        var data = images ?? DataSource.Open(options.Data);
        var (train, valid) = SearchImages.Split(data, options);
        using var backend = BackendChoice.Create(options.Backend, options.Threads);
        recorder.Begin($"{data.Name}, {train.Indices.Length} + {valid.Indices.Length} images", backend, options);
        var ring = folder.Checkpoints(options.CheckpointRing, view.Warn);
        return DartsSearch.Run(train, valid, options, backend, recorder, ring, cancellation);
    }

    private int Show(EpochRecord last)
    {
        view.Dispose();
        view.Say(last.Genotype.ToString());
        view.Say($"accuracy {last.TrainAccuracy:F2} % in training, {last.ValidAccuracy:F2} % in validation; report: {folder.ReportFile}");
        return ExitCode.Done;
    }
}
