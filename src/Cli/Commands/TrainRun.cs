using System.Security.Cryptography;
using MIOpenDarts.Cli.Progress;
using MIOpenDarts.Darts.Compression;
using MIOpenDarts.Darts.Data;
using MIOpenDarts.Darts.Distributed;
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
    private readonly string? again;

    private TrainRun(
        Screen screen, TrainFolder folder, TrainOptions options, ImageData? images, IReadOnlyList<string> notes, bool tensorBoard,
        string command = TrainCommand.Name, string? again = null)
        : base(screen, folder, options, tensorBoard)
    {
        (this.folder, this.images, this.notes, Command, this.again) = (folder, images, notes, command, again);
        folder.Again = Again;
    }

    public override string OptionsText => TrainOptions.Table.Format(Options);

    protected override string Command { get; }

    protected override string Again => again ?? base.Again;

    /// <summary>A new run. Everything that a user may have got wrong is checked before the folder is made.</summary>
    public static TrainRun Start(
        Screen screen, string? preset, string? config, List<KeyValuePair<string, string>> typed, string? output, bool tensorBoard,
        Ranks? ranks = null)
    {
        var options = TrainOptions.Table.Resolve(preset, config, typed);
        var images = EvaluationTraining.Open(options);
        EvaluationTraining.RequireTest(images);
        RequireLeaves(ranks, images, options);
        var notes = EvaluationTraining.RequireNetwork(images, options);
        Backends.Require(options.Backend, options.Threads, backend =>
        {
            RankRun.Cut(ranks, options, backend);
            TrainMemory.Require(images, options, backend);
        });
        // A genotype's file may change until a resume.
        options = Lasting(options) with
        {
            Network = EvaluationTraining.Describe(images, options).Network,
            Weights = NewRun.Lasting(options.Weights),
        };
        return new TrainRun(screen, TrainFolder.Create(NewRun.Folder(output), options), options, images, notes, tensorBoard);
    }

    /// <summary>The fine-tuning of a compressed network, which its folder keeps as it was before.</summary>
    /// <param name="screen">What it prints on.</param>
    /// <param name="command">The command that goes on with it.</param>
    /// <param name="network">The network.</param>
    /// <param name="options">Checked options.</param>
    /// <param name="images">Their data.</param>
    /// <param name="path">The folder.</param>
    /// <param name="again">The whole line that goes on with it, where it is one of several; null for its own.</param>
    public static TrainRun Finetune(
        Screen screen, string command, HostNetwork network, TrainOptions options, ImageData images, string path, string? again = null)
    {
        options = Lasting(options) with { Weights = TrainFolder.CompressedName, Folder = path };
        var folder = TrainFolder.Create(path, options, () => network.Save(options.WeightsFile));
        return new TrainRun(screen, folder, options, images, notes: [], tensorBoard: false, command, again);
    }

    /// <summary>A run that was begun before.</summary>
    public static TrainRun Resume(
        Screen screen, string path, List<KeyValuePair<string, string>> typed, string? given, bool tensorBoard,
        string command = TrainCommand.Name, string? again = null) => Continue(
        () => TrainFolder.Open(path), given, options => Whole(Lasting(TrainOptions.Table.Apply(options, typed)) with { Folder = path }),
        (folder, options) => new TrainRun(screen, folder, options, images: null, notes: [], tensorBoard, command, again));

    /// <summary>Takes part in a run of the first rank.</summary>
    public static void Follow(Ranks ranks, string path, string text)
    {
        var options = TrainOptions.Table.Parse(text, "the options of rank 0") with { Folder = path };
        using var log = new RankLog(ranks, path);
        using var signals = new StopSignals(log.Stopping);
        log.Record(() =>
        {
            using var backend = RankRun.Backend(ranks, options);
            var data = ranks.Agree(() => EvaluationTraining.Open(Whole(options)));
            RequireSame(ranks, options, data);
            RequireLeaves(ranks, data, options);
            log.Begin(backend);
            EvaluationTraining.Run(data, options, backend, log, RankRun.Checkpoints(path), weights: null, signals.Token);
        });
    }

    private static void RequireSame(Ranks ranks, TrainOptions options, ImageData data)
    {
        var fingerprint = DataFingerprint.From(data.Train, EvaluationTraining.RequireTest(data));
        ranks.RequireSame(Data, $"{fingerprint.TrainHash}, {fingerprint.TestHash}");
        // A compressed network has its form from there.
        if (options.Weights.Length > 0)
            ranks.RequireSame("weights", ranks.Agree(() =>
                File.Exists(options.WeightsFile) ? Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(options.WeightsFile)))
                    : "no file"));
    }

    private static void RequireLeaves(Ranks? ranks, ImageData data, TrainOptions options) =>
        ranks?.RequireLeaves(options, ("training", data.Train.Count), ("test", EvaluationTraining.RequireTest(data).Count));

    protected override string Extending(TrainOptions then) => MoreEpochs.Describe(then, Options);

    protected override TrainResult Compute(Backend<float> backend, CancellationToken cancellation)
    {
        var ring = Recorder.Checkpoints(Options.CheckpointRing, View.Warn);
        var data = Agreed(() => images ?? Reopen(EvaluationTraining.Open, found => DataFingerprint.From(found.Train, found.Test), ring));
        foreach (var note in notes) View.Print($"weights  {note}");
        if (Ranks is not null) RequireSame(Ranks, Options, data);
        RequireLeaves(Ranks, data, Options);
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
        View.Print(Options.Epochs == 0
            ? $"report   {folder.ReportFile}"
            : $"best     epoch {best.Epoch + 1}, {best.Test.Top1:F2} %; report: {folder.ReportFile}");
    }

    private static TrainOptions Whole(TrainOptions options) =>
        options.Weights != TrainFolder.CompressedName || File.Exists(options.WeightsFile)
            ? options
            : throw new RunFolderException(
                $"{options.WeightsFile}: is gone, and nothing else has the form of the compressed network; put a copy of it back");

    private static TrainOptions Lasting(TrainOptions options) => options with { Data = NewRun.Lasting(options.Data) };
}
