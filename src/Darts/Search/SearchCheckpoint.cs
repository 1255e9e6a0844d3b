using System.Text.Json.Serialization;
using MIOpenDarts.Darts.Algorithms;
using MIOpenDarts.Darts.Checkpoints;
using MIOpenDarts.Darts.Genotypes;
using MIOpenDarts.Darts.Loops;
using MIOpenDarts.Darts.Records;
using MIOpenDarts.Layers.Optimisers;
using MIOpenDarts.Layers.Tensors;

namespace MIOpenDarts.Darts.Search;

/// <summary>
/// What a checkpoint of a search holds beside that of every run: the stage, what relaxations keep, alphas and their optimisers.
/// </summary>
internal static class SearchCheckpoint
{
    private const string Costs = "costs";

    private static RunCheckpoint<SearchOptions, EpochRecord> Shared { get; } =
        new("search", 2, "search", SearchOptions.Table, SearchPositionContext.Default.LoopPositionEpochRecord);

    /// <summary>Gathers everything into a writer.</summary>
    public static SafetensorsWriter Collect(SearchState state, LoopPosition<EpochRecord> position, SearchOptions options)
    {
        var writer = Shared.Collect(state, position, options);
        writer.Add("search.stage", [(long)state.Stage], []);
        if (state.Costs is { } costs) writer.AddMetadata(Costs, costs.Fingerprint);
        var kinds = Kinds(options);
        foreach (var (kind, architecture) in kinds.Zip(state.Net.Architectures)) architecture.Relaxation.Save(writer, kind);
        foreach (var (kind, alphas, adam) in Alphas(state, kinds))
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
    public static LoopPosition<EpochRecord> Restore(SafetensorsFile file, SearchState state, SearchOptions options, Action<string> warn)
    {
        var kinds = Kinds(options);
        var position = Shared.Restore(
            file, state, options, warn, makeRoom: () => state.RebuildForStage((int)file.ReadInt64("search.stage")[0], built =>
        {
            foreach (var (kind, architecture) in kinds.Zip(built.Net.Architectures)) architecture.Relaxation.Load(file, kind);
        }));
        if (state.Costs is { } costs && file.Metadata.GetValueOrDefault(Costs) != costs.Fingerprint)
            throw new CheckpointException(
                $"{file.Path}: was computed with other costs than {options.Cost} gives now; put the table back as it was, "
                + "or begin another run");
        foreach (var (kind, alphas, adam) in Alphas(state, kinds))
        {
            file.Read<float>($"search.alphas_{kind}", alphas);
            file.Read<float>($"search.adam_mean_{kind}", adam.Mean);
            file.Read<float>($"search.adam_mean_square_{kind}", adam.MeanSquare);
            adam.Steps = (int)file.ReadInt64($"search.adam_steps_{kind}")[0];
        }

        return position;
    }

    private static IReadOnlyList<string> Kinds(SearchOptions options) =>
        [.. CellSpace.Named(options.Space).Kinds.Select(kind => kind.Name)];

    // The alphas of all kinds of cells, then, with edge normalisation, those of their edges.
    private static IEnumerable<(string Kind, float[] Alphas, Adam<float> Adam)> Alphas(SearchState state, IReadOnlyList<string> kinds) =>
        kinds.Concat(kinds.Select(kind => kind + "_edges")).Zip(state.Net.Alphas, state.Architect.Adams);
}

[JsonSourceGenerationOptions(
    NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
    PreferredObjectCreationHandling = JsonObjectCreationHandling.Replace)]
[JsonSerializable(typeof(LoopPosition<EpochRecord>))]
internal sealed partial class SearchPositionContext : JsonSerializerContext;
