using MIOpenDarts.Darts.Data;
using MIOpenDarts.Darts.Reports;
using MIOpenDarts.Darts.Runs;
using MIOpenDarts.Darts.Training;
using MIOpenDarts.Layers.Backends;

namespace MIOpenDarts.Cli.Commands;

/// <summary>One run of a training from the command line.</summary>
internal sealed class TrainRun : CommandRun<TrainOptions, TrainHistory, TrainResult>
{
    private readonly TrainFolder folder;
    private readonly ImageData? images;
    private readonly IReadOnlyList<string> notes;

    private TrainRun(
        Screen screen, TrainFolder folder, TrainOptions options, ImageData? images, IReadOnlyList<string> notes, bool tensorBoard)
        : base(screen, folder, options, tensorBoard) =>
        (this.folder, this.images, this.notes) = (folder, images, notes);

    protected override string Command => TrainCommand.Name;

    /// <summary>A new run. Everything that a user may have got wrong is checked before the folder is made.</summary>
    public static TrainRun Start(
        Screen screen, string? preset, string? config, List<KeyValuePair<string, string>> typed, string? output, bool tensorBoard)
    {
        var options = TrainOptions.Table.Resolve(preset, config, typed);
        var images = EvaluationTraining.Open(options);
        EvaluationTraining.RequireTest(images);
        var notes = EvaluationTraining.RequireNetwork(images, options);
        Backends.Require(options.Backend, options.Threads, backend => TrainMemory.Require(images, options, backend));
        // A genotype's file may change until a resume.
        options = Lasting(options) with
        {
            Network = EvaluationTraining.Describe(images, options).Network,
            Weights = NewRun.Lasting(options.Weights),
        };
        return new TrainRun(screen, TrainFolder.Create(output ?? NewRun.Folder(), options), options, images, notes, tensorBoard);
    }

    /// <summary>A run that was begun before.</summary>
    public static TrainRun Resume(Screen screen, string path, List<KeyValuePair<string, string>> typed, string? given, bool tensorBoard) =>
        Continue(
        () => TrainFolder.Open(path), given, options => Lasting(TrainOptions.Table.Apply(options, typed)),
        (folder, options) => new TrainRun(screen, folder, options, images: null, notes: [], tensorBoard));

    protected override string Extending(TrainOptions then) => MoreEpochs.Describe(then, Options);

    protected override TrainResult Compute(Backend<float> backend, CancellationToken cancellation)
    {
        var ring = Recorder.Checkpoints(Options.CheckpointRing, View.Warn);
        var data = images ?? Reopen(EvaluationTraining.Open, found => DataFingerprint.Of(found.Train, found.Test), ring);
        foreach (var note in notes) View.Print($"weights  {note}");
        Begin(data, data.Train.Count, EvaluationTraining.RequireTest(data).Count, backend);
        return EvaluationTraining.Run(data, Options, backend, Recorder, ring, folder.Weights, cancellation);
    }

    // The weights files were written before the run was said to be done.
    protected override void WriteResult(TrainHistory history)
    {
    }

    protected override void Report(TrainHistory history)
    {
        var (epochs, best) = (history.Epochs, history.Epochs.MaxBy(epoch => epoch.Test.Top1)!);
        View.Print($"test     {EvaluateCommand.Describe(epochs[^1].Test)}");
        View.Print($"best     epoch {best.Epoch + 1}, {best.Test.Top1:F2} %; report: {folder.ReportFile}");
    }

    private static TrainOptions Lasting(TrainOptions options) => options with { Data = NewRun.Lasting(options.Data) };
}
