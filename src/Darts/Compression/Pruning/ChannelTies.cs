using MIOpenDarts.Darts.Evaluation.Operations;

namespace MIOpenDarts.Darts.Compression.Pruning;

/// <summary>
/// Which channels of which values stand or fall together, by union and find over all channels: a norm, an activation, a pool and a
/// depthwise convolution tie each channel to its source's, a sum ties its two terms, a concatenation its parts, a factorized reduction the
/// same channel of its two halves. Other convolutions and linear layers tie nothing.
/// </summary>
internal sealed class ChannelTies
{
    private readonly IReadOnlyList<NetworkOperation> operations;
    private readonly int[] channels;
    private readonly int[] first;
    private readonly int[] parents;

    /// <summary>Finds the ties of a network.</summary>
    /// <param name="operations">Its operations.</param>
    /// <param name="images">Channels of its images.</param>
    public ChannelTies(IReadOnlyList<NetworkOperation> operations, int images)
    {
        this.operations = operations;
        channels = OperationList.Channels(operations, images);
        first = new int[channels.Length];
        for (var v = 1; v < first.Length; v++) first[v] = first[v - 1] + channels[v - 1];
        parents = [.. Enumerable.Range(0, channels.Sum())];
        for (var i = 0; i < operations.Count; i++) Tie(operations[i], i + 1);
        Groups = [.. Find()];
    }

    /// <summary>Channels that may be taken away, in groups whose members are in the same values.</summary>
    public IReadOnlyList<ChannelGroup> Groups { get; }

    /// <summary>Whether a convolution computes each channel from its own alone.</summary>
    public static bool IsDepthwise(NetworkOperation operation, int inputs) =>
        operation.Kind == OperationKind.Convolution && operation.Groups > 1 && operation.Groups == inputs && operation.Channels == inputs;

    /// <summary>The greatest common divisor.</summary>
    internal static int Divisor(int a, int b) => b == 0 ? a : Divisor(b, a % b);

    private void Tie(NetworkOperation operation, int dst)
    {
        var src = operation.Sources[0];
        switch (operation.Kind)
        {
            case OperationKind.Convolution when IsDepthwise(operation, channels[src]):
            case OperationKind.BatchNorm or OperationKind.Relu or OperationKind.MaxPool or OperationKind.AveragePool
                or OperationKind.GlobalAverage or OperationKind.Zero:
                Tie(src, 0, dst, 0, channels[dst]);
                break;
            case OperationKind.Convolution when operation.Groups > 1:
                throw new NotSupportedException($"{operation.Name}: {operation.Groups} groups are not pruned.");
            case OperationKind.FactorizedReduce:
                Tie(dst, 0, dst, channels[dst] / 2, channels[dst] / 2);
                break;
            case OperationKind.PadChannels:
                Tie(src, 0, dst, operation.Before, channels[src]);
                break;
            case OperationKind.Concat:
                var at = 0;
                foreach (var part in operation.Sources)
                {
                    Tie(part, 0, dst, at, channels[part]);
                    at += channels[part];
                }

                break;
            case OperationKind.Sum:
                foreach (var term in operation.Sources) Tie(term, 0, dst, 0, channels[dst]);
                break;
        }
    }

    private void Tie(int a, int firstOfA, int b, int firstOfB, int count)
    {
        for (var c = 0; c < count; c++) parents[Root(first[a] + firstOfA + c)] = Root(first[b] + firstOfB + c);
    }

    private int Root(int member)
    {
        while (parents[member] != member) member = parents[member] = parents[parents[member]];
        return member;
    }

    private IEnumerable<ChannelGroup> Find()
    {
        // Images and logits are what they are.
        var (last, kept) = (channels.Length - 1, new HashSet<int>());
        for (var c = 0; c < channels[0]; c++) kept.Add(Root(first[0] + c));
        for (var c = 0; c < channels[last]; c++) kept.Add(Root(first[last] + c));
        var summed = operations.Index()
            .Where(pair => pair.Item.Kind is OperationKind.Sum or OperationKind.Concat or OperationKind.PadChannels)
            .SelectMany(pair => pair.Item.Sources.Append(pair.Index + 1)).ToHashSet();
        var readers = operations.SelectMany(operation => operation.Sources).CountBy(source => source).ToDictionary();
        var members =
            from value in Enumerable.Range(0, channels.Length)
            from channel in Enumerable.Range(0, channels[value])
            let root = Root(first[value] + channel)
            where !kept.Contains(root)
            group (Value: value, Channel: channel) by root;
        return
            from tied in members.Select(tie => tie.ToArray())
            group tied by string.Join(',', tied.Select(member => member.Value)) into same
            select new ChannelGroup(
                [.. same],
                !same.First().Any(member => summed.Contains(member.Value) || readers.GetValueOrDefault(member.Value) != 1),
                same.First().CountBy(member => member.Value).Aggregate(0, (divisor, pair) => Divisor(divisor, pair.Value)));
    }
}

/// <summary>Tied channels that are in the same values, so that taking one away or another changes the same widths.</summary>
/// <param name="Ties">Each a set of channels that stand or fall together.</param>
/// <param name="IsFree">Whether one layer reads each, and none is in a sum or a concatenation, as inside a block.</param>
/// <param name="ChannelsPerTie">The greatest number that divides how many channels a tie has of each of the values.</param>
internal sealed record ChannelGroup(IReadOnlyList<(int Value, int Channel)[]> Ties, bool IsFree, int ChannelsPerTie)
{
    /// <summary>How many ties go at a time, so that the widths of all the values stay multiples of a number.</summary>
    public int Step(int multiple) => multiple / ChannelTies.Divisor(multiple, ChannelsPerTie);
}
