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
    private readonly int[] kept;

    /// <summary>Judges the channels of a network.</summary>
    public ChannelPruning(HostNetwork network, ImportanceRule rule, int multiple, CalibrationImages images, Backend<float> backend)
        : this(network, multiple, groups => ChannelImportance.Of(network, groups, rule, images, backend))
    {
    }

    private ChannelPruning(
        HostNetwork network, int multiple, Func<IReadOnlyList<ChannelGroup>, IReadOnlyList<double[]?>> judge)
    {
        (this.network, this.multiple) = (network, multiple);
        groups = new ChannelTies(network.Operations, network.Origin.Task.Channels).Groups;
        importance = judge(groups);
        order = [.. importance.Select(scores =>
            scores is null ? null : Enumerable.Range(0, scores.Length).OrderByDescending(k => scores[k]).ToArray())];
        kept = [.. groups.Select(group => group.Ties.Count)];
    }

    /// <summary>Refuses a target that cannot be met, whatever channels are judged by.</summary>
    /// <exception cref="OptionsException">It cannot be met.</exception>
    public static void Require(HostNetwork network, CompressionTarget target, int multiple) =>
        new ChannelPruning(
            network, multiple, groups => [.. groups.Select(group => Enumerable.Repeat(1.0, group.Ties.Count).ToArray())]).To(target);

    /// <summary>Prunes until a target is met.</summary>
    /// <param name="target">What is counted.</param>
    /// <param name="budget">What may be left of it; null for the target's share of what this network costs.</param>
    /// <exception cref="OptionsException">It cannot be met.</exception>
    /// <exception cref="InvalidDataException">The target's table does not know the network.</exception>
    public (HostNetwork Network, IReadOnlyList<PrunedGroup> Groups) To(CompressionTarget target, double? budget = null)
    {
        var cost = WidthCost.For(target, network);
        var allowed = budget ?? target.Share * cost.Whole;
        foreach (var free in new[] { true, false })
            while (Now(cost) > allowed && Cut(cost, free))
            {
            }

        if (Now(cost) > allowed)
            throw new OptionsException(
                $"--target {target} cannot be met by pruning: {multiple} channels everywhere cost "
                + $"{Now(cost) / cost.Whole:F2}; ask for less, or give a smaller --multiple");
        var removed = new HashSet<(int, int)>();
        for (var g = 0; g < groups.Count; g++)
            if (order[g] is { } best)
                foreach (var tie in best[kept[g]..]) removed.UnionWith(groups[g].Ties[tie]);
        return (new ChannelRemoval(network, removed).Apply(), [.. groups.Select((group, g) => Told(group, kept[g]))]);
    }

    // One cut: the channels that bring one group to its next width.
    private bool Cut(WidthCost cost, bool free)
    {
        var (chosen, next, least, now) = (-1, 0, double.PositiveInfinity, Now(cost));
        for (var g = 0; g < groups.Count; g++)
        {
            if (order[g] is not { } best || (free && !groups[g].IsFree)) continue;
            var step = Math.Max(1, multiple / groups[g].ChannelsPerTie);
            var width = (kept[g] - 1) / step * step;
            if (width < step) continue;
            var lost = best[width..kept[g]].Sum(tie => importance[g]![tie]);
            var before = kept[g];
            kept[g] = width;
            var saved = now - Now(cost);
            kept[g] = before;
            if (saved > 0 && lost / saved < least) (chosen, next, least) = (g, width, lost / saved);
        }

        if (chosen >= 0) kept[chosen] = next;
        return chosen >= 0;
    }

    private double Now(WidthCost cost)
    {
        int[] widths = [.. cost.Channels];
        for (var g = 0; g < groups.Count; g++)
            foreach (var (value, count) in groups[g].Ties[0].CountBy(member => member.Value))
                widths[value] -= (groups[g].Ties.Count - kept[g]) * count;
        return cost.Of(widths);
    }

    private PrunedGroup Told(ChannelGroup group, int left)
    {
        var layer = group.Ties[0].Select(member => member.Value).Where(value => value > 0)
            .Select(value => network.Operations[value - 1].Name).FirstOrDefault(name => name.Length > 0) ?? "channels";
        return new PrunedGroup(
            layer.TrimEnd('.'), group.Ties.Count * group.ChannelsPerTie, left * group.ChannelsPerTie, group.IsFree);
    }
}
