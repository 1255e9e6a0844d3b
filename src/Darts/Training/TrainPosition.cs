using System.Text.Json;
using System.Text.Json.Serialization;
using MIOpenDarts.Darts.Checkpoints;
using MIOpenDarts.Darts.Records;
using MIOpenDarts.Layers.Tensors;
using MIOpenDarts.Layers.Weights;

namespace MIOpenDarts.Darts.Training;

/// <summary>Where a training stands between two steps.</summary>
public sealed class TrainPosition : LoopPosition<TrainEpochRecord>;

/// <summary>What a checkpoint of a training holds: weights and statistics under their official names, momentum, position, options.</summary>
internal static class TrainCheckpoint
{
    private const string Format = "miopendarts training checkpoint 1";

    /// <summary>Gathers everything into a writer.</summary>
    public static SafetensorsWriter Collect(TrainState state, TrainPosition position, TrainOptions options)
    {
        var writer = new SafetensorsWriter();
        writer.AddMetadata("format", Format);
        writer.AddMetadata("options", TrainOptions.Table.Format(options));
        writer.AddMetadata("position", JsonSerializer.Serialize(position, TrainPositionContext.Default.TrainPosition));
        writer.AddMetadata("backend", state.Net.Backend.Signature);
        CheckpointData.Write(writer, state.Data);
        StateDict.Save(state.Net.Parameters, state.Net.Backend, writer);
        var momentum = new float[state.Net.Parameters.Count];
        state.Net.Backend.Download<float>(state.Sgd.MomentumBuffer, momentum);
        writer.Add("train.momentum", momentum, momentum.Length);
        return writer;
    }

    /// <summary>Puts everything back.</summary>
    /// <exception cref="CheckpointException">The checkpoint belongs to another run; the text names the first difference.</exception>
    public static TrainPosition Restore(SafetensorsFile file, TrainState state, TrainOptions options, Action<string> warn)
    {
        if (!file.Metadata.TryGetValue("format", out var format) || format != Format)
            throw new CheckpointException($"{file.Path}: not a training checkpoint of this version (format '{format}')");
        var position = JsonSerializer.Deserialize(file.Metadata["position"], TrainPositionContext.Default.TrainPosition)!;
        var then = TrainOptions.Table.Parse(file.Metadata["options"], file.Path);
        if (position.MayGoOn(then.Epochs, options.Epochs)) then = then with { Epochs = options.Epochs };
        foreach (var field in TrainOptions.Table.All)
        {
            if (!field.HasEffect || field.Show(then) == field.Show(options)) continue;
            throw new CheckpointException(
                $"{file.Path}: belongs to a run with {field.Name} {field.Show(then)}, not {field.Show(options)}; use the same value or another run folder");
        }

        CheckpointData.Require(file, state.Data, warn);
        var backend = state.Net.Backend;
        if (file.Metadata["backend"] != backend.Signature)
            warn($"{file.Path} was written on {file.Metadata["backend"]}, this is {backend.Signature}: the run goes on, but not bit for bit as it would have there");
        StateDict.Load(state.Net.Parameters, backend, file);
        backend.Upload<float>(file.ReadSingle("train.momentum"), state.Sgd.MomentumBuffer);
        return position;
    }
}

[JsonSourceGenerationOptions(NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals, PreferredObjectCreationHandling = JsonObjectCreationHandling.Replace)]
[JsonSerializable(typeof(TrainPosition))]
internal sealed partial class TrainPositionContext : JsonSerializerContext;
