using System.Text.Json;
using System.Text.Json.Serialization;
using MIOpenDarts.Darts.Files;
using MIOpenDarts.Darts.Options;
using MIOpenDarts.Darts.Runs;
using MIOpenDarts.Darts.Training;

namespace MIOpenDarts.Cli.Compressing;

/// <summary>What several stages need, so that they go on wherever they were stopped: it lies in the folder of the last.</summary>
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
    public static CompressionPlan Read(string folder)
    {
        var file = Path.Combine(folder, FileName);
        try
        {
            return JsonSerializer.Deserialize(File.ReadAllText(file), CompressionPlanJson.Default.CompressionPlan)
                ?? throw new JsonException("it is null");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or JsonException)
        {
            throw new RunFolderException(
                $"{file}: the stages cannot be read ({e.Message.Split(". ")[0].TrimEnd('.')}); begin another run with another --out", e);
        }
    }

    /// <summary>Writes it into a new folder.</summary>
    /// <exception cref="RunFolderException">It cannot be written, or the folder holds a run already.</exception>
    public void Write(string folder)
    {
        if (IsIn(folder) || RunConfiguration.KindAt(folder) is not null)
            throw new RunFolderException($"{folder}: holds a run already; go on with it by --resume {folder}, or choose another --out");
        try
        {
            Directory.CreateDirectory(folder);
            var text = JsonSerializer.Serialize(this, CompressionPlanJson.Default.CompressionPlan);
            WholeFile.Write(Path.Combine(folder, FileName), text + "\n");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new RunFolderException($"{folder}: cannot be written ({e.Message.TrimEnd('.')}); choose another --out", e);
        }
    }

    /// <summary>Options of the fine-tuning of a stage, with what was typed over them.</summary>
    /// <exception cref="OptionsException">The file was changed to something that is not allowed.</exception>
    public TrainOptions Finetuning(string folder, int stage, IEnumerable<KeyValuePair<string, string>> typed)
    {
        var options = TrainOptions.Table.Apply(
            TrainOptions.Table.Parse(Options.GetRawText(), Path.Combine(folder, FileName)), typed);
        return options with { Epochs = Stages[stage].Epochs ?? options.Epochs };
    }

    /// <summary>Where a stage works: the last in the folder itself.</summary>
    public string PathOf(string folder, int stage) => stage == Stages.Count - 1 ? folder : Path.Combine(folder, $"stage-{stage + 1}");
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, WriteIndented = true)]
[JsonSerializable(typeof(CompressionPlan))]
internal sealed partial class CompressionPlanJson : JsonSerializerContext;
