using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using MIOpenDarts.Darts.Checkpoints;
using MIOpenDarts.Darts.Options;
using MIOpenDarts.Layers.Tensors;
using MIOpenDarts.Layers.Weights;

namespace MIOpenDarts.Darts.Loops;

/// <summary>
/// What a checkpoint of every run holds: weights and statistics under their official names, momentum, position, options, backend, data. A
/// kind of run adds what else it learns.
/// </summary>
/// <typeparam name="TOptions">Options of such a run.</typeparam>
/// <typeparam name="TEpoch">What is recorded of a finished epoch.</typeparam>
/// <param name="kind">The kind of run, in the file's format.</param>
/// <param name="version">Number of the format.</param>
/// <param name="prefix">What names of tensors that are no part of the network begin with.</param>
/// <param name="table">The options.</param>
/// <param name="shape">How a position is written.</param>
internal sealed class RunCheckpoint<TOptions, TEpoch>(
    string kind, int version, string prefix, RunOptionTable<TOptions> table, JsonTypeInfo<LoopPosition<TEpoch>> shape)
    where TOptions : RunOptions, new()
{
    private readonly string format = $"miopendarts {kind} checkpoint {version}";

    private string Momentum => prefix + ".momentum";

    /// <summary>Gathers it into a writer, to which more may be added.</summary>
    public SafetensorsWriter Collect(IRunState state, LoopPosition<TEpoch> position, TOptions options)
    {
        var (parameters, backend) = (state.Parameters, state.Backend);
        var writer = new SafetensorsWriter();
        writer.AddMetadata("format", format);
        writer.AddMetadata("options", table.Format(options));
        writer.AddMetadata("position", JsonSerializer.Serialize(position, shape));
        writer.AddMetadata("backend", backend.Signature);
        CheckpointData.Write(writer, state.Data);
        StateDict.Save(parameters, backend, writer);
        var momentum = new float[parameters.Count];
        backend.Download<float>(state.Sgd.MomentumBuffer, momentum);
        writer.Add(Momentum, momentum, momentum.Length);
        return writer;
    }

    /// <summary>Puts it back.</summary>
    /// <param name="file">The checkpoint.</param>
    /// <param name="state">Takes what it holds.</param>
    /// <param name="options">The options of this start.</param>
    /// <param name="warn">Takes a line where the run goes on otherwise than it would have.</param>
    /// <param name="makeRoom">Comes before weights are read, for a state that is built otherwise by then.</param>
    /// <exception cref="CheckpointException">The checkpoint belongs to another run; the text names the first difference.</exception>
    public LoopPosition<TEpoch> Restore(
        SafetensorsFile file, IRunState state, TOptions options, Action<string> warn, Action? makeRoom = null)
    {
        if (!file.Metadata.TryGetValue("format", out var written) || written != format)
            throw new CheckpointException($"{file.Path}: not a {kind} checkpoint of this version (format '{written}')");
        var position = JsonSerializer.Deserialize(file.Metadata["position"], shape)!;
        var then = table.Parse(file.Metadata["options"], file.Path);
        if (position.MayGoOn(then.Epochs, options.Epochs)) then = then with { Epochs = options.Epochs };
        if (table.Difference(then, options) is { } field)
            throw new CheckpointException(
                $"{file.Path}: belongs to a run with {field.Name} {field.Show(then)}, not {field.Show(options)}; "
                + "use the same value or another run folder");
        CheckpointData.Require(file, state.Data, warn);
        var (there, here) = (file.Metadata["backend"], state.Backend.Signature);
        if (there != here)
            warn($"{file.Path} was written on {there}, this is {here}: the run goes on, but not bit for bit as it would have there");
        makeRoom?.Invoke();
        StateDict.Load(state.Parameters, state.Backend, file);
        state.Backend.Upload<float>(file.ReadSingle(Momentum), state.Sgd.MomentumBuffer);
        return position;
    }
}
