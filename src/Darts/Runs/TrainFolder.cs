using MIOpenDarts.Darts.Options;
using MIOpenDarts.Darts.Records;
using MIOpenDarts.Darts.Reports;
using MIOpenDarts.Darts.Training;

namespace MIOpenDarts.Darts.Runs;

/// <summary>
/// The folder of one training: what every run has, and <c>best.safetensors</c> (the epoch with the best test accuracy) and, at the end,
/// <c>weights.safetensors</c>.
/// </summary>
internal sealed class TrainFolder : RunFolder<TrainOptions, TrainHistory, TrainResult>
{
    /// <summary>Name of the file with the weights of the best epoch.</summary>
    public const string BestName = "best.safetensors";

    /// <summary>Name of the file with the weights after the last epoch.</summary>
    public const string WeightsName = "weights.safetensors";

    /// <summary>Name of the file with a compressed network before its fine-tuning.</summary>
    public const string CompressedName = "compressed.safetensors";

    private TrainFolder(string path, TrainOptions? options, Action? first = null)
        : base(RunKind.Train, TrainOptions.Table, path, options, first)
    {
    }

    /// <summary>Where weights files go.</summary>
    public WeightFiles Weights => new(In(BestName), In(WeightsName));

    /// <summary>Makes the folder of a new run and writes its configuration.</summary>
    /// <param name="path">Where it is.</param>
    /// <param name="options">The options.</param>
    /// <param name="first">Writes what the run cannot do without, before its configuration; null for nothing.</param>
    /// <exception cref="RunFolderException">It cannot be written, or holds a run already.</exception>
    public static TrainFolder Create(string path, TrainOptions options, Action? first = null) => new(path, options, first);

    /// <summary>Opens the folder of an earlier run and reads its configuration.</summary>
    /// <exception cref="RunFolderException">There is no training in it, it cannot be written, or another process works in it.</exception>
    /// <exception cref="OptionsException">Its configuration was changed to something that is not allowed.</exception>
    public static TrainFolder Open(string path) => new(path, null);

    /// <summary>The options of an earlier run, which may be under way.</summary>
    /// <exception cref="RunFolderException">There is no training in the folder, or it cannot be read.</exception>
    /// <exception cref="OptionsException">Its configuration was changed to something that is not allowed.</exception>
    public static TrainOptions ReadOptions(string path) => RunConfiguration.Read(path, RunKind.Train, TrainOptions.Table.Parse);

    internal override TrainHistory Read(IReadOnlyCollection<RunEvent> events) => TrainHistory.From(events);

    // The training writes its weights files itself.
    internal override void WriteResult(TrainResult result, Action<string> warn)
    {
    }

    internal override TrainHistory WithEpochs(TrainHistory history, TrainResult result) => history with { Epochs = result.History };

    private protected override void Report(TrainHistory history) => Write("report.html", TrainReport.Render(history));
}
