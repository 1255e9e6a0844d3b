using MIOpenDarts.Cli.Progress;
using MIOpenDarts.Darts.Configuration;
using MIOpenDarts.Darts.Data;
using MIOpenDarts.Darts.Export;
using MIOpenDarts.Darts.Reports.Log;
using MIOpenDarts.Darts.Runs;
using MIOpenDarts.Darts.Training;
using MIOpenDarts.Layers.Backends;

namespace MIOpenDarts.Cli.Commands;

/// <summary>One run of a training from the command line: folder, log, progress, signals, result.</summary>
internal sealed class TrainRun : IDisposable
{
    private readonly TrainFolder folder;
    private readonly TrainOptions options;
    private readonly ImageData? images;
    private readonly ProgressView view;
    private readonly TrainRecorder recorder;
    private readonly TensorBoardLog? board;

    private TrainRun(Screen screen, TrainFolder folder, TrainOptions options, ImageData? images, bool tensorBoard)
    {
        (this.folder, this.options, this.images) = (folder, options, images);
        view = ProgressView.Create(screen, options.Epochs);
        try
        {
            if (tensorBoard) board = new TensorBoardLog(folder.Path, TimeProvider.System.GetUtcNow().ToUnixTimeSeconds(), view);
            recorder = new TrainRecorder(folder, (IProgress<RunEvent>?)board ?? view);
        }
        catch
        {
            board?.Dispose();
            view.Dispose();
            folder.Dispose();
            throw;
        }
    }

    /// <summary>A new run. Everything that a user may have got wrong is checked before the folder is made.</summary>
    public static TrainRun Start(Screen screen, string? preset, string? config, List<KeyValuePair<string, string>> typed, string? output, bool tensorBoard)
    {
        var options = TrainOptionsResolver.Resolve(preset, config, typed);
        var images = DataSource.Open(options.Data, options.ImageSize);
        EvaluationTraining.RequireTest(images);
        Backends.Require(options.Backend, options.Threads);
        // A resume may be called from another folder, and a genotype's file may change.
        options = options with { Network = EvaluationTraining.Describe(images, options).Network };
        if (Directory.Exists(options.Data)) options = options with { Data = Path.GetFullPath(options.Data) };
        var path = output ?? Path.Combine("runs", $"{DateTime.UtcNow:yyyyMMdd-HHmmss}-{Environment.ProcessId}");
        return new TrainRun(screen, TrainFolder.Create(path, options), options, images, tensorBoard);
    }

    /// <summary>A run that was begun before.</summary>
    public static TrainRun Resume(Screen screen, string path, List<KeyValuePair<string, string>> typed, string? given, bool tensorBoard)
    {
        if (given is not null) throw new OptionsException($"{given} does not go with --resume; a run goes on as it was begun, so leave it out");
        var folder = TrainFolder.Open(path);
        try
        {
            var options = TrainOptionsResolver.Apply(folder.Options, typed);
            folder.RequireSame(options);
            Backends.Require(options.Backend, options.Threads);
            return new TrainRun(screen, folder, options, images: null, tensorBoard);
        }
        catch
        {
            folder.Dispose();
            throw;
        }
    }

    /// <summary>Trains to the end, unless the run has come there before.</summary>
    public int ToEnd()
    {
        view.Say($"run      {folder.Path}");
        if (recorder.Finished is { } history)
        {
            view.Say($"all {history.Epochs.Count} epochs are done");
            folder.WriteReport(history);
            return Show(history.Epochs);
        }

        using var signals = new StopSignals(() => view.Say("stopping after this step, with a checkpoint; once more stops at once"));
        try
        {
            var result = Train(signals.Token);
            recorder.Complete();
            return Show(result.History);
        }
        catch (TrainingInterruptedException)
        {
            recorder.Stop(RunOutcome.Interrupted);
            throw new TrainingInterruptedException($"stopped with a checkpoint; go on with: miopendarts train --resume {folder.Path}");
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
        board?.Dispose();
        folder.Dispose();
    }

    private TrainResult Train(CancellationToken cancellation)
    {
        var data = images ?? DataSource.Open(options.Data, options.ImageSize);
        using var backend = BackendChoice.Create(options.Backend, options.Threads);
        recorder.Begin($"{data.Name}, {data.Train.Count} + {EvaluationTraining.RequireTest(data).Count} images", backend, options);
        var ring = folder.Checkpoints(options.CheckpointRing, view.Warn);
        return EvaluationTraining.Run(data, options, backend, recorder, ring, folder.Weights, cancellation);
    }

    private int Show(IReadOnlyList<TrainEpochRecord> epochs)
    {
        view.Dispose();
        var best = epochs.MaxBy(epoch => epoch.Test.Top1)!;
        view.Say($"test     {EvaluateCommand.Describe(epochs[^1].Test)}");
        view.Say($"best     epoch {best.Epoch + 1}, {best.Test.Top1:F2} %; report: {folder.ReportFile}");
        return ExitCode.Done;
    }
}
