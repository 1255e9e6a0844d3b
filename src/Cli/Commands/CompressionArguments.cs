using System.CommandLine;
using MIOpenDarts.Cli.Compressing;
using MIOpenDarts.Cli.Usage;
using MIOpenDarts.Darts.Compression;
using MIOpenDarts.Darts.Options;
using MIOpenDarts.Darts.Runs;
using MIOpenDarts.Darts.Training;

namespace MIOpenDarts.Cli.Commands;

/// <summary>
/// What every command that compresses a trained network takes: the run, calibration images, how it is fine-tuned, the new folder.
/// </summary>
internal sealed class CompressionArguments
{
    private static readonly FineTuning Usual = new(Epochs: 5, RateShare: 0.4, EpochsOption: null);

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
    private readonly Option[] ofNewOnes;
    private readonly FineTuning tuning;
    private readonly FieldOptions fields;

    /// <summary>Adds them to a command, with what the command has of its own between them.</summary>
    public CompressionArguments(Command command, params Option[] own)
        : this(command, Usual, own)
    {
    }

    /// <summary>Adds them to a command that fine-tunes otherwise.</summary>
    public CompressionArguments(Command command, FineTuning tuning, params Option[] own)
    {
        (this.command, this.tuning) = (command.Name, tuning);
        fields = new FieldOptions(TrainOptions.Table.All.Where(IsFree).Select(field => ((OptionDefinition)field, field.Name switch
        {
            "epochs" => $"{tuning.Epochs}",
            "learning_rate" => $"{tuning.RateShare} of the training's",
            _ => "as in the training",
        })));
        command.Arguments.Add(run);
        ofNewOnes = [best, .. own, calibration, output];
        Option[] epochs = tuning.EpochsOption is { } option ? [option] : [];
        foreach (var each in (Option[])[best, .. own, calibration, .. epochs, output, resume]) command.Options.Add(each);
        fields.AddTo(command);
    }

    /// <summary>Calibration images unless told.</summary>
    public const int DefaultImages = 256;

    /// <summary>Compresses and fine-tunes, or goes on with a fine-tuning.</summary>
    /// <param name="screen">What it prints on.</param>
    /// <param name="parsed">The command line.</param>
    /// <param name="compress">Makes the smaller network of the trained one, and says in lines what it did.</param>
    /// <param name="report">Says what came of it, from the folder that is done; null for nobody.</param>
    /// <param name="keep">Keeps in the new folder what it will need for that; null for nothing.</param>
    public int Run(
        Screen screen, ParseResult parsed, Func<CompressionTask, (HostNetwork Network, IEnumerable<string> Lines)> compress,
        Action<string>? report = null, Action<string>? keep = null)
    {
        if (Resumed(screen, parsed) is { } code)
        {
            if (code == ExitCode.Done) report?.Invoke(parsed.GetValue(resume)!);
            return code;
        }

        var (source, folder) = (Source(parsed), Folder(parsed));
        using var finetuning = new CompressionWork(screen, command).Begin(
            source, parsed.GetValue(best), parsed.GetValue(calibration) ?? DefaultImages, Options(parsed, source), folder, compress);
        keep?.Invoke(folder);
        code = finetuning.ToEnd();
        if (code == ExitCode.Done) report?.Invoke(folder);
        return code;
    }

    /// <summary>Does the same in stages, each of which is fine-tuned before the next.</summary>
    /// <param name="screen">What it prints on.</param>
    /// <param name="parsed">The command line.</param>
    /// <param name="stages">Makes the stages for the trained network.</param>
    public int RunStages(Screen screen, ParseResult parsed, Func<CompressionTask, IReadOnlyList<CompressionStage>> stages)
    {
        if (Resumed(screen, parsed) is { } code) return code;
        var (source, folder) = (Source(parsed), Folder(parsed));
        var plan = Planned(screen, parsed, source, (task, planned) => planned(stages(task)));
        plan.Write(folder);
        return new CompressionWork(screen, command).Complete(plan, folder, [], Again(folder));
    }

    /// <summary>The folder to go on with; null for a new one.</summary>
    /// <exception cref="OptionsException">Words for a new one were typed too.</exception>
    public string? Begun(ParseResult parsed)
    {
        var begun = parsed.GetValue(resume);
        if (begun is not null && Given(parsed) is { } given) throw new OptionsException(
            $"{given} does not go with --resume; a study goes on as it was begun, so leave it out");
        return begun;
    }

    /// <summary>The folder for a new one.</summary>
    /// <exception cref="RunFolderException">It holds something already.</exception>
    public string Folder(ParseResult parsed) => NewRun.Folder(parsed.GetValue(output));

    /// <summary>Options of the fine-tuning that were typed.</summary>
    public List<KeyValuePair<string, string>> Typed(ParseResult parsed)
    {
        var typed = fields.Typed(parsed).ToList();
        if (tuning.EpochsOption is { } option && parsed.GetValue(option) is { } epochs) typed.Add(new("epochs", $"{epochs}"));
        return typed;
    }

    /// <summary>
    /// Plans something with a trained network and its images, when nothing is wrong with them and before anything is written.
    /// </summary>
    /// <param name="screen">What it prints on.</param>
    /// <param name="parsed">The command line.</param>
    /// <param name="source">Folder of the training.</param>
    /// <param name="use">Takes what is compressed, and what makes a plan of stages.</param>
    public T Planned<T>(
        Screen screen, ParseResult parsed, string source,
        Func<CompressionTask, Func<IReadOnlyList<CompressionStage>, CompressionPlan>, T> use)
    {
        var (options, images) = (Options(parsed, source), parsed.GetValue(calibration) ?? DefaultImages);
        using var opened = CompressionSource.Open(source, parsed.GetValue(best), images, options);
        return new CompressionWork(screen, command).WithBar(opened.Task.Images, () => use(opened.Task, stages => new CompressionPlan
        {
            Source = Path.TrimEndingDirectorySeparator(Path.GetFullPath(source)),
            Best = parsed.GetValue(best),
            Calibration = images,
            Options = CompressionPlan.Keep(options with { Data = NewRun.Lasting(options.Data) }),
            Stages = stages,
        }));
    }

    /// <summary>The folder of the training.</summary>
    /// <exception cref="OptionsException">None was given.</exception>
    public string Source(ParseResult parsed)
    {
        var path = parsed.GetValue(run) ?? throw new OptionsException("no run is given; give the folder of a training");
        return Directory.Exists(path)
            ? path
            : throw new RunFolderException(
                $"{path}: there is no such folder; give the folder of a training, whose data and options are known");
    }

    // Options of the fine-tuning of a training's network.
    private TrainOptions Options(ParseResult parsed, string source) => Options(TrainFolder.ReadOptions(source), Typed(parsed));

    // What was typed and does not go with a resume; null for nothing.
    private string? Given(ParseResult parsed) => parsed.GetValue(run) is not null ? "a run" : OptionsApart.Given(parsed, ofNewOnes);

    private string Again(string folder) => $"miopendarts {command} --resume {folder}";

    // What came of a resume; null for a new run.
    private int? Resumed(Screen screen, ParseResult parsed)
    {
        if (parsed.GetValue(resume) is not { } begun) return null;
        var typed = Typed(parsed);
        var given = Given(parsed);
        if (CompressionPlan.IsIn(begun) && given is null)
            return new CompressionWork(screen, command).Complete(CompressionPlan.Read(begun), begun, typed, Again(begun));
        using var resumed = TrainRun.Resume(screen, begun, typed, given, tensorBoard: false, command);
        return resumed.ToEnd();
    }

    private bool IsFree(OptionDefinition field) =>
        !Fixed.Contains(field.Name) && (field.Name != "epochs" || tuning.EpochsOption is null);

    private TrainOptions Options(TrainOptions trained, IEnumerable<KeyValuePair<string, string>> typed) => TrainOptions.Table.Apply(
        trained with
        {
            Epochs = tuning.Epochs,
            LearningRate = tuning.RateShare * trained.LearningRate,
            Auxiliary = false,
            DropPath = 0,
            Weights = TrainFolder.CompressedName,
            NewClassifier = false,
        },
        typed);
}

/// <summary>How a compressed network is fine-tuned unless told.</summary>
/// <param name="Epochs">Passes over the training images.</param>
/// <param name="RateShare">Learning rate at the start, as a share of the training's.</param>
/// <param name="EpochsOption">The option that takes the epochs; null for that of a training.</param>
internal sealed record FineTuning(int Epochs, double RateShare, Option<int?>? EpochsOption);
