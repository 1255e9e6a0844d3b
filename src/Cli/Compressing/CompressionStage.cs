using System.Text.Json.Serialization;
using MIOpenDarts.Darts.Compression;
using MIOpenDarts.Darts.Compression.LowRank;
using MIOpenDarts.Darts.Compression.Pruning;
using MIOpenDarts.Darts.Compression.Quantisation;

namespace MIOpenDarts.Cli.Compressing;

/// <summary>How a stage makes a network smaller.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<CompressionKind>))]
internal enum CompressionKind
{
    /// <summary>Factors of low rank.</summary>
    Decompose,
    /// <summary>Fewer channels.</summary>
    Prune,
    /// <summary>Bytes instead of floats.</summary>
    Quantize,
}

/// <summary>One time that a network is made smaller, before it is fine-tuned.</summary>
internal sealed record CompressionStage
{
    /// <summary>How.</summary>
    public required CompressionKind Kind { get; init; }

    /// <summary>What is counted, and its share, as it was typed.</summary>
    public string Target { get; init; } = CompressionTarget.Usual;

    /// <summary>Hash of the target's table when the work was begun; null where there is none, or where it is done at once.</summary>
    public string? Table { get; init; }

    /// <summary>What may be left of it; null for the target's share of what the network of this stage costs.</summary>
    public double? Budget { get; init; }

    /// <summary>Share of energy that every layer keeps, instead of a target; null for a target.</summary>
    public double? Energy { get; init; }

    /// <summary>By what channels are judged.</summary>
    [JsonConverter(typeof(JsonStringEnumConverter<ImportanceRule>))]
    public ImportanceRule By { get; init; }

    /// <summary>Widths stay multiples of it.</summary>
    public int Multiple { get; init; } = DefaultMultiple;

    /// <summary>Epochs of its fine-tuning; null for those of the plan.</summary>
    public int? Epochs { get; init; }

    /// <summary>Unless told: what vectors and matrix kernels are made for.</summary>
    public const int DefaultMultiple = 8;

    /// <summary>Makes the smaller network, and says in lines what was done.</summary>
    /// <exception cref="Darts.Options.OptionsException">The target cannot be met.</exception>
    /// <exception cref="InvalidDataException">The target's table is another one than when the work was begun.</exception>
    public (HostNetwork Network, IEnumerable<string> Lines) Apply(CompressionTask task) => Kind switch
    {
        CompressionKind.Prune => Pruned(task),
        CompressionKind.Quantize => Quantised(task),
        _ => Decomposed(task),
    };

    private (HostNetwork Network, IEnumerable<string> Lines) Pruned(CompressionTask task)
    {
        var target = CompressionTarget.Parse(Target);
        if (Table is not null && target.TableHash != Table)
            throw new InvalidDataException(
                $"--target {target}: the table is another one than when this was begun; put that one back, or begin another run");
        var pruning = new ChannelPruning(task.Network, By, Multiple, task.Images, task.Backend);
        var (network, groups) = pruning.To(target, Budget);
        var narrower = groups.Where(group => group.After < group.Before).ToList();
        return (network,
        [
            .. narrower.Select(group =>
                $"width    {group.Name}: {group.Before} to {group.After}{(group.IsFree ? "" : ", which several layers see")}"),
            $"widths   {narrower.Count} of {groups.Count} are narrower",
        ]);
    }

    private (HostNetwork Network, IEnumerable<string> Lines) Decomposed(CompressionTask task)
    {
        var decomposition = new Decomposition(task.Network, task.Images, task.Backend);
        var (network, layers) = Energy is { } share
            ? decomposition.Keeping(share)
            : decomposition.To(CompressionTarget.Parse(Target), Budget);
        var decomposed = layers.Where(layer => layer.Rank > 0).ToList();
        return (network,
        [
            .. decomposed.Select(layer => $"layer    {layer.Name}: {layer.Inputs} to {layer.Outputs} by {Ranks(layer)}, loses "
                + $"{100 * layer.Loss:F2} % of its {layer.Energy} square"),
            $"ranks    {decomposed.Count} of {layers.Count} convolutions are decomposed, measured on {task.Images.Count} images",
        ]);
    }

    private static (HostNetwork Network, IEnumerable<string> Lines) Quantised(CompressionTask task) => (
        NetworkQuantiser.Apply(task.Network, new QuantisationChoice(), task.Images, task.Backend).Network,
        [$"bytes    weights and values have 8 bits, with ranges measured on {task.Images.Count} images"]);

    private static string Ranks(DecomposedLayer layer) =>
        layer.Taps == 1 ? $"rank {layer.Rank}" : $"ranks {layer.InputRank} and {layer.Rank}";
}
