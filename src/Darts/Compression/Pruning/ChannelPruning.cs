using MIOpenDarts.Darts.Evaluation.Operations;
using MIOpenDarts.Darts.Options;
using MIOpenDarts.Layers.Backends;

namespace MIOpenDarts.Darts.Compression.Pruning;

/// <summary>What pruning left of one group of channels.</summary>
/// <param name="Name">Official name of a layer in it.</param>
/// <param name="Before">Channels before.</param>
/// <param name="After">Channels that stay.</param>
/// <param name="IsFree">Whether it is inside a block.</param>
internal sealed record PrunedGroup(string Name, int Before, int After, bool IsFree);

/// <summary>
/// Takes whole channels away, the least important for what they save first, until a target is met: inside blocks as long as that is enough,
/// then in groups that sums and concatenations tie. Widths stay multiples of a number of channels, and at least that.
/// </summary>
internal sealed class ChannelPruning
{
    private readonly HostNetwork network;
    private readonly int multiple;
    private readonly IReadOnlyList<ChannelGroup> groups;
    private readonly IReadOnlyList<int[]?> order;
    private readonly IReadOnlyList<double[]?> importance;
    private readonly int[] channels;
    private readonly int[] pixels;
    private readonly int[] kept;

    /// <summary>Judges the channels of a network.</summary>
    public ChannelPruning(HostNetwork network, ImportanceRule rule, int multiple, CalibrationImages images, Backend<float> backend)
    {
        (this.network, this.multiple) = (network, multiple);
        var ties = new ChannelTies(network.Operations, network.Origin.Task.Channels);
        groups = ties.Groups;
        importance = ChannelImportance.Of(network, groups, rule, images, backend);
        order = [.. importance.Select(scores =>
            scores is null ? null : Enumerable.Range(0, scores.Length).OrderByDescending(k => scores[k]).ToArray())];
        kept = [.. groups.Select(group => group.Ties.Count)];
        channels = OperationList.Channels(network.Operations, network.Origin.Task.Channels);
        using var net = network.Build(backend);
        pixels = [network.Origin.Task.Height * network.Origin.Task.Width, .. Pixels(net)];
    }

    /// <summary>Prunes until a target is met.</summary>
    /// <exception cref="OptionsException">It cannot be met.</exception>
    public (HostNetwork Network, IReadOnlyList<PrunedGroup> Groups) To(CompressionTarget target)
    {
        var budget = target.Budget(network.Size);
        foreach (var free in new[] { true, false })
            while (Cost(target) > budget && Cut(target, free))
            {
            }

        if (Cost(target) > budget)
            throw new OptionsException(
                $"--target {target} cannot be met by pruning: {multiple} channels everywhere cost "
                + $"{Cost(target) / target.Of(network.Size):F2}; ask for less, or give a smaller --multiple");
        var removed = new HashSet<(int, int)>();
        for (var g = 0; g < groups.Count; g++)
            if (order[g] is { } best)
                foreach (var tie in best[kept[g]..]) removed.UnionWith(groups[g].Ties[tie]);
        return (new ChannelRemoval(network, removed).Apply(), [.. groups.Select((group, g) => Told(group, kept[g]))]);
    }

    // One cut: the channels that bring one group to its next width.
    private bool Cut(CompressionTarget target, bool free)
    {
        var (chosen, next, least, now) = (-1, 0, double.PositiveInfinity, Cost(target));
        for (var g = 0; g < groups.Count; g++)
        {
            if (order[g] is not { } best || (free && !groups[g].IsFree)) continue;
            var step = Math.Max(1, multiple / groups[g].ChannelsPerTie);
            var width = (kept[g] - 1) / step * step;
            if (width < step) continue;
            var lost = best[width..kept[g]].Sum(tie => importance[g]![tie]);
            var before = kept[g];
            kept[g] = width;
            var saved = now - Cost(target);
            kept[g] = before;
            if (saved > 0 && lost / saved < least) (chosen, next, least) = (g, width, lost / saved);
        }

        if (chosen >= 0) kept[chosen] = next;
        return chosen >= 0;
    }

    private double Cost(CompressionTarget target)
    {
        var widths = (int[])channels.Clone();
        for (var g = 0; g < groups.Count; g++)
            foreach (var (value, count) in groups[g].Ties[0].CountBy(member => member.Value))
                widths[value] -= (groups[g].Ties.Count - kept[g]) * count;
        double sum = 0;
        foreach (var (i, operation) in network.Operations.Index())
        {
            var (inputs, outputs) = (widths[operation.Sources[0]], widths[i + 1]);
            double numbers = operation.Kind switch
            {
                OperationKind.Convolution when ChannelTies.IsDepthwise(operation, channels[operation.Sources[0]]) =>
                    outputs * operation.Window.Taps,
                OperationKind.Convolution => (double)inputs * outputs * operation.Window.Taps,
                OperationKind.FactorizedReduce or OperationKind.Linear => (double)inputs * outputs,
                _ => 0,
            };
            sum += target.CountsParameters ? numbers + Vectors(operation, outputs) : numbers * pixels[i + 1];
        }

        return sum;
    }

    private static int Vectors(NetworkOperation operation, int outputs) => operation switch
    {
        { Kind: OperationKind.BatchNorm, Affine: true } => 2 * outputs,
        { Kind: OperationKind.Linear } => outputs,
        _ => 0,
    };

    private static int[] Pixels(ListedNetwork<float> net)
    {
        net.Plan(1, training: false);
        return net.Values.Skip(1).Select(value => value.Capacity.Pixels).ToArray();
    }

    private PrunedGroup Told(ChannelGroup group, int left)
    {
        var layer = group.Ties[0].Select(member => member.Value).Where(value => value > 0)
            .Select(value => network.Operations[value - 1].Name).FirstOrDefault(name => name.Length > 0) ?? "channels";
        return new PrunedGroup(
            layer.TrimEnd('.'), group.Ties.Count * group.ChannelsPerTie, left * group.ChannelsPerTie, group.IsFree);
    }
}
