using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using MIOpenDarts.Darts.Genotypes;
using MIOpenDarts.Layers.Backends;

namespace MIOpenDarts.Darts.Options;

/// <summary>The table of all options of a kind of run: what every run has is described here once; a kind adds its own.</summary>
/// <typeparam name="TOptions">The options of that kind.</typeparam>
internal abstract class RunOptionTable<TOptions> : OptionTable<TOptions>
    where TOptions : RunOptions, new()
{
    private protected RunOptionTable(IEnumerable<OptionField<TOptions>> fields)
        : base(fields)
    {
    }

    /// <summary>Names of the presets, see <see cref="Resolve(string?, string?, IEnumerable{KeyValuePair{string, string}})"/>.</summary>
    private protected abstract IReadOnlyList<string> PresetNames { get; }

    private protected const int MostEpochs = 100_000;

    private protected static OptionField<TOptions> Data { get; } = Text(
        "data", "fashion-mnist-slice or a folder", "Data set to learn from.", o =>
            o.Data, (o, v) => o with { Data = v }, text => text.Length > 0)
        .WithoutEffect();

    private protected static OptionField<TOptions> ImageSize { get; } = Integer(
        "image_size", 0, 4096, "Rows and columns that images are brought to; 0 to keep theirs.", o =>
            o.ImageSize, (o, v) => o with { ImageSize = v });

    /// <summary>Backend, its threads, and whether it must sum in the same order every time.</summary>
    private protected static IEnumerable<OptionField<TOptions>> Place { get; } =
    [
        Text("backend", BackendChoice.Allowed, "Where to compute.", o => o.Backend, (o, v) => o with { Backend = v }, BackendChoice.IsName)
            .WithoutEffect(),
        Integer(
            "threads", 0, 1024, "Threads of a managed backend, at most one per processor; 0 for one per core.",
            o => o.Threads, (o, v) => o with { Threads = v }).WithoutEffect(),
        Flag(
            "deterministic", "The same bits in every run on a GPU; false lets MIOpen and rocBLAS use faster solvers that sum in any order.",
            o => o.Deterministic, (o, v) => o with { Deterministic = v }).WithoutEffect(),
    ];

    private const int MostLeaves = 256;
    private const string Power = "a power of two up to 256";

    /// <summary>Seed, epochs, batches.</summary>
    private protected static IEnumerable<OptionField<TOptions>> Length { get; } =
    [
        Integer("seed", "Seed of every random draw.", o => o.Seed, (o, v) => o with { Seed = v }),
        Integer("epochs", 1, MostEpochs, "Passes over the training images.", o => o.Epochs, (o, v) => o with { Epochs = v }),
        Integer("batch_size", 1, 65_536, "Images in a batch.", o => o.BatchSize, (o, v) => o with { BatchSize = v }),
        Integer(
            "leaves", Power, "Leaves of the tree by which a batch is summed; at most as many processes share it.",
            o => o.Leaves, (o, v) => o with { Leaves = v }, o => o.Leaves is > 0 and <= MostLeaves && int.IsPow2(o.Leaves) ? null : Power),
        Choice(
            "batch_norm", [RunOptions.WholeBatch, RunOptions.PerLeaf], "Statistics of batch norms in training: the batch's or a leaf's.",
            o => o.BatchNorm, (o, v) => o with { BatchNorm = v }),
    ];

    private protected static OptionField<TOptions> LearningRate { get; } = Number(
        "learning_rate", "over 0, up to 10", "Learning rate of the weights at the start.", o =>
            o.LearningRate, (o, v) => o with { LearningRate = v }, IsRate);

    /// <summary>The weights' optimiser beside its learning rate.</summary>
    private protected static IEnumerable<OptionField<TOptions>> WeightSteps { get; } =
    [
        Number(
            "momentum", "from 0, below 1", "Momentum of the weights' SGD.", o => o.Momentum, (o, v) => o with { Momentum = v },
            x => x is >= 0 and < 1),
        Number(
            "weight_decay", "from 0 to 1", "L2 penalty on the weights.", o => o.WeightDecay, (o, v) => o with { WeightDecay = v },
            x => x is >= 0 and <= 1),
        Number(
            "grad_clip", "over 0, up to 1000000", "Norm to which the weights' gradient is clipped.",
            o => o.GradClip, (o, v) => o with { GradClip = v }, x => x is > 0 and <= 1e6),
    ];

    private protected static OptionField<TOptions> DropPath { get; } = Number(
        "drop_path", "from 0, below 1", "Probability with which a path is dropped at the end.",
        o => o.DropPath, (o, v) => o with { DropPath = v }, x => x is >= 0 and < 1);

    private protected static OptionField<TOptions> Augment { get; } = Flag(
        "augment", "Random crop and horizontal flip.", o => o.Augment, (o, v) => o with { Augment = v });

    /// <summary>The blank square in training images, and its side.</summary>
    private protected static IEnumerable<OptionField<TOptions>> CutoutSquare { get; } =
    [
        Flag("cutout", "Blank a random square of every training image.", o => o.Cutout, (o, v) => o with { Cutout = v }),
        Integer("cutout_length", 1, 1024, "Side of that square in pixels.", o => o.CutoutLength, (o, v) => o with { CutoutLength = v }),
    ];

    private protected static OptionField<TOptions> DataWorkers { get; } = Integer(
        "data_workers", 0, 64, "The most background threads that prepare batches; as many of them work as are needed.", o =>
            o.DataWorkers, (o, v) => o with { DataWorkers = v }).WithoutEffect();

    /// <summary>How often progress is reported and checkpoints are written, and how many of these stay.</summary>
    private protected static IEnumerable<OptionField<TOptions>> Intervals { get; } =
    [
        Integer(
            "report_interval", 1, 1_000_000, "Steps between two progress reports.",
            o => o.ReportInterval, (o, v) => o with { ReportInterval = v }).WithoutEffect(),
        Integer(
            "checkpoint_interval", 0, 1_000_000, "Steps between two checkpoints; 0 for the end of each epoch only.",
            o => o.CheckpointInterval, (o, v) => o with { CheckpointInterval = v }).WithoutEffect(),
        Integer("checkpoint_ring", 1, 100, "Checkpoints kept.", o => o.CheckpointRing, (o, v) => o with { CheckpointRing = v })
            .WithoutEffect(),
    ];

    private protected static bool IsRate(double rate) => rate is > 0 and <= 10;

    private const int MostPerStage = 33;

    /// <summary>How many cells there are, in the word of the skeleton.</summary>
    private protected static IEnumerable<OptionField<TOptions>> Layers(string help) =>
    [
        Integer("layers", 3, 100, help, o => o.Layers, (o, v) => o with { Layers = v })
            .Checked(o => CheckCount(o.Layers, 3, 100, o.Skeleton == Skeleton.Darts, "cells_per_stage")),
        Integer(
            "cells_per_stage", 1, MostPerStage, $"Cells in each of the three stages of {CellSpace.NasBench201.Name}.",
            o => o.CellsPerStage, (o, v) => o with { CellsPerStage = v })
            .Checked(o => CheckCount(o.CellsPerStage, 1, MostPerStage, o.Skeleton == Skeleton.NasBench201, "layers")),
    ];

    private static string? CheckCount(int count, int least, int most, bool counts, string instead) => counts
        ? count >= least && count <= most ? null : $"a whole number from {least} to {most}"
        : count == 0 ? null : $"0: the cells of this network are counted by {instead}";

    private protected static OptionField<TOptions> InitChannels(int least) =>
        Integer("init_channels", least, 1024, "Channels of the first cell.", o => o.InitChannels, (o, v) => o with { InitChannels = v });

    /// <summary>
    /// Resolves three sources, of which a later one wins, and validates the result: preset, configuration file, command line.
    /// </summary>
    /// <param name="preset">
    /// Preset named on the command line, or null: then the file's <c>preset</c>, then the default of the kind of run.
    /// </param>
    /// <param name="configFile">A .json or .yaml file, or null.</param>
    /// <param name="commandLine">Options by name in any case style, with their values as typed.</param>
    /// <exception cref="OptionsException">Anything is wrong; all problems are listed.</exception>
    public TOptions Resolve(string? preset, string? configFile, IEnumerable<KeyValuePair<string, string>> commandLine)
    {
        var fromFile = OptionFile.Read(configFile, PresetNames, ref preset);
        var typed = Typed(commandLine);
        var start = Start(preset, name => OptionOverride.Find(typed, name) ?? OptionOverride.Find(fromFile, name));
        return Merge(start, [new(configFile ?? "", fromFile), new("", typed)]);
    }

    /// <summary>Replaces some options by name and validates the result.</summary>
    /// <exception cref="OptionsException">A name is unknown, a value is malformed or out of range; all problems are listed.</exception>
    public TOptions Apply(TOptions options, IEnumerable<KeyValuePair<string, string>> overrides) =>
        Merge(options, [new("", Typed(overrides))]);

    /// <summary>Reads a JSON object of options; what it does not name keeps its default.</summary>
    /// <param name="json">The text.</param>
    /// <param name="source">What messages call it.</param>
    /// <exception cref="OptionsException">
    /// The text is not JSON, or an option is unknown or out of range; all problems are listed.
    /// </exception>
    public TOptions Parse(string json, string source = "options") =>
        Merge(new TOptions(), [new(source, OptionFile.ReadJson(json, source))]);

    /// <summary>All options as an indented JSON object with snake_case names.</summary>
    public string Format(TOptions options)
    {
        using var text = new MemoryStream();
        using (var writer = new Utf8JsonWriter(text, new JsonWriterOptions { Indented = true })) ToJson(options).WriteTo(writer);
        return Encoding.UTF8.GetString(text.ToArray());
    }

    /// <summary>All problems of some options; empty when they can be used.</summary>
    public virtual IReadOnlyList<ValidationError> Validate(TOptions options) =>
        [.. All.Select(field => field.Check(options)).OfType<ValidationError>()];

    /// <summary>The first option by which two runs compute something else; null where they are the same.</summary>
    public OptionField<TOptions>? Difference(TOptions then, TOptions now) =>
        All.FirstOrDefault(field => field.HasEffect && field.Show(then) != field.Show(now));

    internal JsonObject ToJson(TOptions options) =>
        new(All.Select(field => KeyValuePair.Create(field.Name, (JsonNode?)field.ToJson(options))));

    /// <summary>The options that the others are laid over.</summary>
    /// <param name="preset">Name of a preset, or null.</param>
    /// <param name="given">What an option is given in the sources; null where it is in none.</param>
    private protected abstract TOptions Start(string? preset, Func<string, string?> given);

    /// <summary>Options in which defaults go with what was given.</summary>
    /// <param name="start">The options before anything was given.</param>
    /// <param name="options">The start with what was given.</param>
    /// <param name="given">What was given, from every source.</param>
    /// <param name="problems">Takes what was given and goes with no default.</param>
    private protected virtual TOptions Follow(
        TOptions start, TOptions options, IReadOnlyList<OptionOverride> given, List<ValidationError> problems) => options;

    private TOptions Merge(TOptions start, ReadOnlySpan<OptionSource> sources)
    {
        var (options, problems, given) = (start, new List<ValidationError>(), new List<OptionOverride>());
        foreach (var source in sources)
        {
            options = Replace(options, source, problems);
            given.AddRange(source.Overrides);
        }

        options = Follow(start, options, given, problems);
        problems.AddRange(Validate(options));
        return problems.Count == 0 ? options : throw new OptionsException(problems);
    }

    private TOptions Replace(TOptions options, OptionSource source, List<ValidationError> problems)
    {
        var seen = new HashSet<OptionDefinition>();
        var prefix = source.Name.Length == 0 ? "" : source.Name + ": ";
        foreach (var item in source.Overrides)
        {
            var field = Find(item.Name);
            if (field is null)
                problems.Add(new(item.Name, $"{prefix}{item.Name} is not an option{Spelling.Guess(item.Name, All.Select(f => f.Name))}"));
            else if (!seen.Add(field))
                problems.Add(new(field.Name, $"{prefix}{item.Name} is given twice; keep one"));
            else if (item.Parse(field) is { } value && field.Replace(options, value) is { } replaced)
                options = replaced;
            else
                problems.Add(new(field.Name, $"{prefix}{field.Name} is {item.Shown}; allowed is {field.Allowed}"));
        }

        return options;
    }

    private static List<OptionOverride> Typed(IEnumerable<KeyValuePair<string, string>> words) =>
        [.. words.Select(item => new OptionOverride(item.Key, item.Value, null))];
}

/// <summary>Options that one source gives.</summary>
/// <param name="Name">What messages call the source; empty for the command line.</param>
/// <param name="Overrides">What it gives.</param>
internal readonly record struct OptionSource(string Name, IReadOnlyList<OptionOverride> Overrides);
