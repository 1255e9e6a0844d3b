using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using MIOpenDarts.Darts.Algorithms;
using MIOpenDarts.Darts.Options;
using MIOpenDarts.Darts.Training;

namespace MIOpenDarts.Darts.Studies.Seeds;

/// <summary>
/// What a study of several seeds does: one search for each seed with otherwise equal options, and trainings of what they find.
/// </summary>
/// <param name="Seeds">The seeds.</param>
/// <param name="Retrain">Epochs for which every found cell, and a random one of its size, is trained; 0 for none.</param>
/// <param name="Options">Options of the searches; the seed is replaced.</param>
internal sealed record SeedPlan(IReadOnlyList<ulong> Seeds, int Retrain, SearchOptions Options)
{
    /// <summary>Options of the search with a seed.</summary>
    public SearchOptions SearchOf(ulong seed) => Options with { Seed = seed };

    /// <summary>
    /// Options of a training: the official recipe for few epochs, so without auxiliary head, drop path and cutout, on a network with the
    /// cells and channels of the supernet.
    /// </summary>
    /// <param name="seed">The seed.</param>
    /// <param name="genotype">Text of the genotype.</param>
    public TrainOptions TrainingOf(ulong seed, string genotype) => new()
    {
        Network = genotype,
        Seed = seed,
        Epochs = Retrain,
        Data = Options.Data,
        ImageSize = Options.ImageSize,
        Backend = Options.Backend,
        Threads = Options.Threads,
        BatchSize = Options.BatchSize,
        Layers = Options.Layers,
        CellsPerStage = Options.CellsPerStage,
        InitChannels = Math.Max(2, Options.InitChannels),
        Augment = Options.Augment,
        Auxiliary = false,
        DropPath = 0,
        Cutout = false,
        DataWorkers = Options.DataWorkers,
        ReportInterval = Options.ReportInterval,
        CheckpointInterval = Options.CheckpointInterval,
        CheckpointRing = Options.CheckpointRing,
    };

    /// <summary>The plan as an indented JSON object.</summary>
    public string Format() =>
        JsonSerializer.Serialize(
            new SeedPlanShape([.. Seeds], Retrain, SearchOptions.Table.ToJson(Options)), SeedPlanContext.Default.SeedPlanShape);

    /// <summary>Reads what <see cref="Format"/> wrote.</summary>
    /// <param name="json">The text.</param>
    /// <param name="source">What messages call it.</param>
    /// <exception cref="OptionsException">It is not a plan, or its options are not allowed.</exception>
    public static SeedPlan Parse(string json, string source)
    {
        try
        {
            var shape = JsonSerializer.Deserialize(json, SeedPlanContext.Default.SeedPlanShape) ?? throw new JsonException("it is null");
            return new SeedPlan(shape.Seeds, shape.Retrain, SearchOptions.Table.Parse(shape.Options.ToJsonString(), source));
        }
        catch (JsonException e)
        {
            throw new OptionsException($"{source}: not the plan of a study of seeds: {e.Message}", e);
        }
    }
}

internal sealed record SeedPlanShape(ulong[] Seeds, int Retrain, JsonObject Options);

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, WriteIndented = true, RespectRequiredConstructorParameters = true,
    RespectNullableAnnotations = true)]
[JsonSerializable(typeof(SeedPlanShape))]
internal sealed partial class SeedPlanContext : JsonSerializerContext;
