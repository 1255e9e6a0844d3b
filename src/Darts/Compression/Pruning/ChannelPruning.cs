using MIOpenDarts.Darts.Evaluation.Operations;
using MIOpenDarts.Darts.Options;
using MIOpenDarts.Layers.Backends;

namespace MIOpenDarts.Darts.Compression.Pruning;

/// <summary>What pruning left of one group of channels.</summary>
/// <param name="Name">Official name of a layer in it.</param>
/// <param name="Before">Channels before.</param>
/// <param name="After">Channels that stay.</param>
/// <param name="IsFree">Whether each of its values is read by one layer.</param>
internal sealed record PrunedGroup(string Name, int Before, int After, bool IsFree);

/// <summary>
/// Takes whole channels away, the least important for what they save first, until a target is met: those that one layer reads, as long as
/// that is enough, then what several layers read, and groups that sums and concatenations tie. Widths stay multiples of a number of
/// channels, and at least that.
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
    {
        (this.network, this.multiple) = (network, multiple);
        groups = new ChannelTies(network.Operations, network.Origin.Task.Channels).Groups;
        importance = ChannelImportance.Of(network, groups, rule, images, backend);
        order = [.. importance.Select(scores =>
            scores is null ? null : Enumerable.Range(0, scores.Length).OrderByDescending(k => scores[k]).ToArray())];
        kept = [.. groups.Select(group => group.Ties.Count)];
    }

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

    // One cut: the channels that bring one group to a smaller width, of all groups and widths those that matter least for what they save.
    private bool Cut(WidthCost cost, bool free)
    {
        var (chosen, next, least, now) = (-1, 0, double.PositiveInfinity, Now(cost));
        for (var g = 0; g < groups.Count; g++)
        {
            if (order[g] is not { } best || (free && !groups[g].IsFree)) continue;
            var (step, before) = (groups[g].Step(multiple), kept[g]);
            for (var width = (before - 1) / step * step; width >= step; width -= step)
            {
                var lost = best[width..before].Sum(tie => importance[g]![tie]);
                kept[g] = width;
                var saved = now - Now(cost);
                if (saved > 0 && lost / saved < least) (chosen, next, least) = (g, width, lost / saved);
                if (cost.IsCounted) break;
            }

            kept[g] = before;
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
        var layer = group.Ties[0].CountBy(member => member.Value).Where(value => value.Value == group.ChannelsPerTie)
            .Select(value => network.Operations[value.Key - 1].Name).FirstOrDefault(name => name.Length > 0) ?? "channels";
        return new PrunedGroup(
            layer.TrimEnd('.'), group.Ties.Count * group.ChannelsPerTie, left * group.ChannelsPerTie, group.IsFree);
    }
}
