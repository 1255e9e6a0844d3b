using System.CommandLine;
using MIOpenDarts.Cli.Usage;
using MIOpenDarts.Darts.Compression;
using MIOpenDarts.Darts.Data;
using MIOpenDarts.Darts.Options;
using MIOpenDarts.Darts.Runs;
using MIOpenDarts.Darts.Training;
using MIOpenDarts.Layers.Backends;
using Spectre.Console;

namespace MIOpenDarts.Cli.Commands;

/// <summary>
/// What every command that compresses a trained network takes: the run, calibration images, how it is fine-tuned, the new folder.
/// </summary>
internal sealed class CompressionArguments
{
    private const int Epochs = 5;
    private const double RateShare = 0.4;

    // What the form of the network decides, or its fine-tuning has no use for.
    private static readonly string[] Fixed =
    [
        "network", "weights", "new_classifier", "stem", "layers", "init_channels", "auxiliary", "auxiliary_weight", "drop_path",
    ];

    private readonly string command;
    private readonly Argument<string?> run = new("run")
    {
        Description = "The folder of a training.",
        Arity = ArgumentArity.ZeroOrOne,
    };

    private readonly Option<bool> best = new("--best") { Description = "The weights of the best epoch instead of the last." };
    private readonly Option<int?> calibration = OptionNames.Number(
        "--calibration", $"Training images on which values are measured (default: {DefaultImages}).", 1, 1_000_000);

    private readonly Option<string?> output = OptionNames.Path("--out", "FOLDER", "Folder for the new run (default: runs/ and the time).");
    private readonly Option<string?> resume = OptionNames.Path(
        "--resume", "FOLDER", "Go on with a fine-tuning that was stopped or killed.");
    private readonly FieldOptions fields = new(
        TrainOptions.Table.All.Where(field => !Fixed.Contains(field.Name)).Select(field => ((OptionDefinition)field, field.Name switch
        {
            "epochs" => $"{Epochs}",
            "learning_rate" => $"{RateShare} of the training's",
            _ => "as in the training",
        })));

    /// <summary>Adds them to a command, with what the command has of its own between them.</summary>
    public CompressionArguments(Command command, params Option[] own)
    {
        this.command = command.Name;
        command.Arguments.Add(run);
        foreach (var option in (Option[])[best, .. own, calibration, output, resume]) command.Options.Add(option);
        fields.AddTo(command);
    }

    /// <summary>Calibration images unless told.</summary>
    public const int DefaultImages = 256;

    /// <summary>Compresses and fine-tunes, or goes on with a fine-tuning.</summary>
    /// <param name="screen">What it prints on.</param>
    /// <param name="parsed">The command line.</param>
    /// <param name="compress">Makes the smaller network of the trained one, and says in lines what it did.</param>
    public int Run(
        Screen screen, ParseResult parsed, Func<CompressionTask, (HostNetwork Network, IEnumerable<string> Lines)> compress)
    {
        var typed = fields.Typed(parsed).ToList();
        if (parsed.GetValue(resume) is { } begun)
        {
            var given = parsed.GetValue(run) is not null ? "a run" : FieldOptions.Given(parsed, output);
            using var resumed = TrainRun.Resume(screen, begun, typed, given, tensorBoard: false, command);
            return resumed.ToEnd();
        }

        var path = parsed.GetValue(run) ?? throw new OptionsException("no run is given; give the folder of a training");
        if (!Directory.Exists(path))
        {
            throw new RunFolderException(
                $"{path}: there is no such folder; give the folder of a training, whose data and options are known");
        }

        var options = Options(TrainFolder.ReadOptions(path), typed);
        using var trained = TrainedNetwork.Open(path, parsed.GetValue(best), foreign: null, options.Backend, options.Threads);
        var images = EvaluationTraining.Open(options);
        EvaluationTraining.RequireTest(images);
        var sample = new CalibrationImages(
            images.Train, trained.Description, parsed.GetValue(calibration) ?? DefaultImages, options.Seed);
        var before = HostNetwork.Of(trained.Description, trained.Net);
        var (after, lines) = WithBar(screen, sample, () => compress(new CompressionTask(before, sample, trained.Backend)));
        foreach (var line in lines) screen.Output.WriteLine(line);
        var (was, now) = (before.Size, after.Size);
        screen.Output.WriteLine(
            $"size     {was.Parameters:N0} parameters become {now.Parameters:N0} ({Share(now.Parameters, was.Parameters)}), "
            + $"{was.MultiplyAdds / 1e6:F2} M multiply-adds {now.MultiplyAdds / 1e6:F2} M ({Share(now.MultiplyAdds, was.MultiplyAdds)})");
        using var finetuning = TrainRun.Finetune(screen, command, after, options, images, parsed.GetValue(output));
        return finetuning.ToEnd();
    }

    // A bar on a terminal while values are measured.
    private static T WithBar<T>(Screen screen, CalibrationImages images, Func<T> measure)
    {
        if (screen.Terminal is not { } terminal) return measure();
        return terminal.Progress().Start(progress =>
        {
            ProgressTask? bar = null;
            images.Progress = done => (bar ??= progress.AddTask("measuring", maxValue: images.Count)).Value = done;
            return measure();
        });
    }

    private static string Share(long now, long before) => $"{100.0 * now / before:F1} %";

    private static TrainOptions Options(TrainOptions trained, List<KeyValuePair<string, string>> typed) => TrainOptions.Table.Apply(
        trained with
        {
            Epochs = Epochs,
            LearningRate = RateShare * trained.LearningRate,
            Auxiliary = false,
            DropPath = 0,
            Weights = "",
            NewClassifier = false,
        },
        typed);
}

/// <summary>What a command compresses.</summary>
/// <param name="Network">The trained network.</param>
/// <param name="Images">Calibration images.</param>
/// <param name="Backend">Where it computes.</param>
internal sealed record CompressionTask(HostNetwork Network, CalibrationImages Images, Backend<float> Backend);
