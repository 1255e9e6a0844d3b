using System.Runtime.InteropServices;
using MIOpenDarts.Cli.Progress;
using MIOpenDarts.Darts.Configuration;
using MIOpenDarts.Darts.Data;
using MIOpenDarts.Darts.Genotypes;
using MIOpenDarts.Darts.Reports.Log;
using MIOpenDarts.Darts.Runs;
using MIOpenDarts.Darts.Search;
using MIOpenDarts.Layers.Backends;

namespace MIOpenDarts.Cli.Commands;

/// <summary>One run of a search from the command line: folder, log, progress, signals, result.</summary>
internal static class SearchRun
{
    public static int Start(string? preset, string? config, List<KeyValuePair<string, string>> typed, string? output)
    {
        var options = SearchOptionsResolver.Resolve(preset, config, typed);
        var images = DataSource.Open(options.Data);
        using var backend = BackendChoice.Create(options.Backend, options.Threads);
        var split = SearchImages.Split(images, options);
        var folder = RunFolder.Create(output ?? Path.Combine("runs", $"{DateTime.UtcNow:yyyyMMdd-HHmmss}-{Environment.ProcessId}"), options);
        return Run(folder, options, images, split, backend, resumed: false);
    }

    public static int Resume(string path, List<KeyValuePair<string, string>> typed, string? given)
    {
        if (given is not null) throw new OptionsException($"{given} does not go with --resume: a run goes on as it was begun");
        var (folder, options) = RunFolder.Open(path);
        options = SearchOptionsResolver.Apply(options, typed);
        var images = DataSource.Open(options.Data);
        using var backend = BackendChoice.Create(options.Backend, options.Threads);
        return Run(folder, options, images, SearchImages.Split(images, options), backend, resumed: true);
    }

    private static int Run(
        RunFolder folder, SearchOptions options, ImageData images, (SearchImages Train, SearchImages Valid) split, Backend<float> backend, bool resumed)
    {
        using var stop = new CancellationTokenSource();
        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, context => Stop(context, stop));
        using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, context => Stop(context, stop));
        using var log = RunLog.Open(folder.LogFile, resumed);
        using var view = ProgressView.Create(options);
        var recorder = new Recorder(log, view);
        var environment = RunEnvironments.Here(backend, options);
        var start = new RunStarted(
            0, DateTimeOffset.UtcNow, $"{images.Name}, {split.Train.Indices.Length} + {split.Valid.Indices.Length} images",
            [.. Primitives.SearchSpace.Select(p => p.Name())], options.Epochs, 0, environment,
            [.. SearchOptionFields.All.Select(f => new OptionValue(f.Name, f.Show(options)))]);
        recorder.Report(start);
        try
        {
            var ring = folder.Checkpoints(options, view.Warn);
            var result = DartsSearch.Run(split.Train, split.Valid, options, backend, recorder, ring, stop.Token);
            recorder.End(RunOutcome.Done);
            folder.WriteResult(result);
            view.Result(result, folder);
            return ExitCode.Done;
        }
        catch (SearchInterruptedException)
        {
            recorder.End(RunOutcome.Interrupted);
            throw new SearchInterruptedException($"stopped; go on with: miopendarts search --resume {folder.Path}");
        }
        catch (Exception e)
        {
            recorder.End(RunOutcome.Failed, e.Message);
            throw;
        }
    }

    // The first signal stops after the step under way; a second one is not held back any more.
    private static void Stop(PosixSignalContext context, CancellationTokenSource stop)
    {
        context.Cancel = !stop.IsCancellationRequested;
        stop.Cancel();
    }
}
