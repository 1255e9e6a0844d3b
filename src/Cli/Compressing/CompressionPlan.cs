using System.Text.Json;
using System.Text.Json.Serialization;
using MIOpenDarts.Darts.Options;
using MIOpenDarts.Darts.Runs;
using MIOpenDarts.Darts.Training;

namespace MIOpenDarts.Cli.Compressing;

/// <summary>What several stages need: it lies in the folder of the last, or in the plan of a study.</summary>
internal sealed record CompressionPlan
{
    private const string FileName = "stages.json";

    /// <summary>Folder of the trained run.</summary>
    public required string Source { get; init; }

    /// <summary>Whether the weights of its best epoch are taken.</summary>
    public bool Best { get; init; }

    /// <summary>Calibration images.</summary>
    public required int Calibration { get; init; }

    /// <summary>Options of every fine-tuning, as a configuration has them.</summary>
    public required JsonElement Options { get; init; }

    /// <summary>The stages, each of the network of the one before.</summary>
    public required IReadOnlyList<CompressionStage> Stages { get; init; }

    /// <summary>Whether there is a plan in a folder.</summary>
    public static bool IsIn(string folder) => File.Exists(Path.Combine(folder, FileName));

    /// <summary>Options as a plan keeps them.</summary>
    public static JsonElement Keep(TrainOptions options)
    {
        using var document = JsonDocument.Parse(TrainOptions.Table.Format(options));
        return document.RootElement.Clone();
    }

    /// <summary>Reads the plan in a folder.</summary>
    /// <exception cref="RunFolderException">It cannot be read, or is none.</exception>
    public static CompressionPlan Read(string folder) => PlanFile.Read(folder, FileName, CompressionPlanJson.Default.CompressionPlan);

    /// <summary>Writes it into a new folder.</summary>
    /// <exception cref="RunFolderException">It cannot be written, or the folder holds something already.</exception>
    public void Write(string folder) => PlanFile.Write(folder, FileName, this, CompressionPlanJson.Default.CompressionPlan);

    /// <summary>Options of every fine-tuning, with what was typed over them where that changes nothing that is computed.</summary>
    /// <exception cref="OptionsException">The file was changed to something that is not allowed.</exception>
    /// <exception cref="RunFolderException">What was typed changes what is computed: earlier stages are done without it.</exception>
    public TrainOptions Finetuning(string folder, IEnumerable<KeyValuePair<string, string>> typed)
    {
        var begun = TrainOptions.Table.Parse(Options.GetRawText(), Path.Combine(folder, FileName));
        var options = TrainOptions.Table.Apply(begun, typed);
        return TrainOptions.Table.Difference(begun, options) is { } field
            ? throw new RunFolderException(
                $"{folder}: was begun with {field.Name} {field.Show(begun)}, not {field.Show(options)}; leave that option out, "
                + "or begin another run")
            : options;
    }

    /// <summary>Options of the fine-tuning of a stage, of those of all.</summary>
    public TrainOptions OptionsOf(int stage, TrainOptions all) => all with { Epochs = Stages[stage].Epochs ?? all.Epochs };

    /// <summary>Where a stage works: the last in the folder itself.</summary>
    public string PathOf(string folder, int stage) => stage == Stages.Count - 1 ? folder : Path.Combine(folder, $"stage-{stage + 1}");
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, WriteIndented = true)]
[JsonSerializable(typeof(CompressionPlan))]
[JsonSerializable(typeof(CompressionStudyPlan))]
internal sealed partial class CompressionPlanJson : JsonSerializerContext;
