using System.Text.Json.Serialization;
using MIOpenDarts.Darts.Checkpoints;
using MIOpenDarts.Darts.Loops;
using MIOpenDarts.Darts.Records;
using MIOpenDarts.Layers.Tensors;

namespace MIOpenDarts.Darts.Training;

/// <summary>What a checkpoint of a training holds: that of every run, and nothing else.</summary>
internal static class TrainCheckpoint
{
    private static RunCheckpoint<TrainOptions, TrainEpochRecord> Shared { get; } =
        new("training", 1, "train", TrainOptions.Table, TrainPositionContext.Default.LoopPositionTrainEpochRecord);

    /// <summary>Gathers everything into a writer.</summary>
    public static SafetensorsWriter Collect(TrainState state, LoopPosition<TrainEpochRecord> position, TrainOptions options) =>
        Shared.Collect(state, position, options);

    /// <summary>Puts everything back.</summary>
    /// <exception cref="CheckpointException">The checkpoint belongs to another run; the text names the first difference.</exception>
    public static LoopPosition<TrainEpochRecord> Restore(
        SafetensorsFile file, TrainState state, TrainOptions options, Action<string> warn) =>
        Shared.Restore(file, state, options, warn);
}

[JsonSourceGenerationOptions(
    NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
    PreferredObjectCreationHandling = JsonObjectCreationHandling.Replace)]
[JsonSerializable(typeof(LoopPosition<TrainEpochRecord>))]
internal sealed partial class TrainPositionContext : JsonSerializerContext;
