using System.Text.Json;
using System.Text.Json.Serialization;
using MIOpenDarts.Darts.Algorithms;
using MIOpenDarts.Darts.Bilevel;
using MIOpenDarts.Darts.Checkpoints;
using MIOpenDarts.Layers.Backends;
using MIOpenDarts.Layers.Optimisers;
using MIOpenDarts.Layers.Tensors;
using MIOpenDarts.Layers.Weights;

namespace MIOpenDarts.Darts.Search;

/// <summary>What a checkpoint of a search holds: weights and statistics under their official names, optimisers, alphas, position, options.</summary>
internal static class SearchCheckpoint
{
    private const string Format = "miopendarts search checkpoint 2";

    // Names of the vectors of alphas: of both kinds of cells, then, with edge normalisation, of their edges.
    private static readonly string[] Cells = ["normal", "reduce", "normal_edges", "reduce_edges"];

    /// <summary>Gathers everything into a writer.</summary>
    public static SafetensorsWriter Collect(SearchState state, SearchPosition position, SearchOptions options)
    {
        var (net, backend) = (state.Net, state.Net.Backend);
        var writer = new SafetensorsWriter();
        writer.AddMetadata("format", Format);
        writer.AddMetadata("options", SearchOptions.Table.Format(options));
        writer.AddMetadata("position", JsonSerializer.Serialize(position, SearchPositionContext.Default.SearchPosition));
        writer.AddMetadata("backend", backend.Signature);
        CheckpointData.Write(writer, state.Data);
        StateDict.Save(net.Parameters, backend, writer);
        var momentum = new float[net.Parameters.Count];
        backend.Download<float>(state.Sgd.MomentumBuffer, momentum);
        writer.Add("search.momentum", momentum, momentum.Length);
        writer.Add("search.stage", [(long)state.Stage], []);
        state.Net.Normal.Relaxation.Save(writer, Cells[0]);
        state.Net.Reduce.Relaxation.Save(writer, Cells[1]);
        foreach (var (kind, alphas, adam) in Kinds(state))
        {
            writer.Add($"search.alphas_{kind}", alphas, alphas.Length);
            writer.Add($"search.adam_mean_{kind}", adam.Mean, alphas.Length);
            writer.Add($"search.adam_mean_square_{kind}", adam.MeanSquare, alphas.Length);
            writer.Add($"search.adam_steps_{kind}", [adam.Steps], []);
        }

        return writer;
    }

    /// <summary>Puts everything back.</summary>
    /// <exception cref="CheckpointException">The checkpoint belongs to another run; the text names the first difference.</exception>
    public static SearchPosition Restore(SafetensorsFile file, SearchState state, SearchOptions options, Action<string> warn)
    {
        if (!file.Metadata.TryGetValue("format", out var format) || format != Format)
            throw new CheckpointException($"{file.Path}: not a search checkpoint of this version (format '{format}')");
        var position = JsonSerializer.Deserialize(file.Metadata["position"], SearchPositionContext.Default.SearchPosition)!;
        var then = SearchOptions.Table.Parse(file.Metadata["options"]);
        RequireSame(file, position.MayGoOn(then.Epochs, options.Epochs) ? then with { Epochs = options.Epochs } : then, options);
        CheckpointData.Require(file, state.Data, warn);
        var backend = state.Net.Backend;
        if (file.Metadata["backend"] != backend.Signature)
            warn($"{file.Path} was written on {file.Metadata["backend"]}, this is {backend.Signature}: the run goes on, but not bit for bit as it would have there");
        state.RebuildForStage((int)file.ReadInt64("search.stage")[0], built =>
        {
            built.Net.Normal.Relaxation.Load(file, Cells[0]);
            built.Net.Reduce.Relaxation.Load(file, Cells[1]);
        });
        StateDict.Load(state.Net.Parameters, backend, file);
        backend.Upload<float>(file.ReadSingle("search.momentum"), state.Sgd.MomentumBuffer);
        foreach (var (kind, alphas, adam) in Kinds(state))
        {
            file.Read<float>($"search.alphas_{kind}", alphas);
            file.Read<float>($"search.adam_mean_{kind}", adam.Mean);
            file.Read<float>($"search.adam_mean_square_{kind}", adam.MeanSquare);
            adam.Steps = (int)file.ReadInt64($"search.adam_steps_{kind}")[0];
        }

        return position;
    }

    private static IEnumerable<(string Kind, float[] Alphas, Adam<float> Adam)> Kinds(SearchState state) =>
        Cells.Zip(state.Net.Alphas, state.Architect.Adams);

    private static void RequireSame(SafetensorsFile file, SearchOptions then, SearchOptions now)
    {
        if (SearchOptions.Table.Difference(then, now) is { } field)
            throw new CheckpointException(
                $"{file.Path}: belongs to a run with {field.Name} {field.Show(then)}, not {field.Show(now)}; use the same value or another run folder");
    }
}

[JsonSourceGenerationOptions(NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals, PreferredObjectCreationHandling = JsonObjectCreationHandling.Replace)]
[JsonSerializable(typeof(SearchPosition))]
internal sealed partial class SearchPositionContext : JsonSerializerContext;
