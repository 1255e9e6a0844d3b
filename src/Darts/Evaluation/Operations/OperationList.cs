using System.Numerics;
using MIOpenDarts.Layers.Backends;
using MIOpenDarts.Layers.Modules;

namespace MIOpenDarts.Darts.Evaluation.Operations;

/// <summary>From the graph of a network to the list of its operations.</summary>
internal static class OperationList
{
    private const string Weight = "weight";
    private const string RunningMean = "running_mean";

    /// <summary>
    /// The list of a graph. The two convolutions of a factorized reduction, of which one reads x[1:,1:], become one operation;
    /// what nobody reads is left out.
    /// </summary>
    /// <exception cref="NotSupportedException">The graph shifts an image for anything else.</exception>
    public static IReadOnlyList<NetworkOperation> Of<T>(InferenceGraph<T> graph)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var producers = graph.Nodes.ToDictionary(node => node.Dst);
        var halves = new HashSet<GraphValue>();
        foreach (var concat in graph.Nodes.OfType<ConcatNode<T>>().Where(node => IsFactorizedReduce(node, producers)))
            halves.UnionWith([.. concat.Sources, .. producers[concat.Sources[1]].Sources]);
        var numbers = new Dictionary<GraphValue, int> { [graph.Input] = 0 };
        var list = new List<NetworkOperation>();
        var read = new HashSet<GraphValue> { graph.Output };
        foreach (var node in graph.Nodes.Reverse().Where(node => read.Contains(node.Dst))) read.UnionWith(node.Sources);
        foreach (var node in graph.Nodes.Where(node => read.Contains(node.Dst) && !halves.Contains(node.Dst)))
        {
            list.Add(Operation(node, producers, numbers));
            numbers[node.Dst] = list.Count;
        }

        return list;
    }

    /// <summary>Channels of every value, the images first.</summary>
    public static int[] Channels(IReadOnlyList<NetworkOperation> operations, int images)
    {
        var channels = new int[operations.Count + 1];
        channels[0] = images;
        for (var i = 0; i < operations.Count; i++)
        {
            var operation = operations[i];
            var first = channels[operation.Sources[0]];
            channels[i + 1] = operation.Kind switch
            {
                OperationKind.Convolution or OperationKind.FactorizedReduce or OperationKind.Linear => operation.Channels,
                OperationKind.PadChannels => operation.Before + first + operation.After,
                OperationKind.Concat => operation.Sources.Sum(source => channels[source]),
                _ => first,
            };
        }

        return channels;
    }

    private static bool IsFactorizedReduce<T>(ConcatNode<T> concat, Dictionary<GraphValue, GraphNode<T>> producers)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        concat.Sources.Length == 2
        && producers.GetValueOrDefault(concat.Sources[0]) is ConvolutionNode<T>
        && producers.GetValueOrDefault(concat.Sources[1]) is ConvolutionNode<T> odd
        && producers.GetValueOrDefault(odd.Src) is ShiftNode<T>;

    private static NetworkOperation Operation<T>(
        GraphNode<T> node, Dictionary<GraphValue, GraphNode<T>> producers, Dictionary<GraphValue, int> numbers)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        return node switch
        {
            ConvolutionNode<T> convolution => New(OperationKind.Convolution) with
            {
                Name = convolution.Weights.Name[..^Weight.Length],
                Channels = convolution.Weights.Capacity.N,
                Groups = convolution.Groups,
                Window = convolution.Window,
            },
            NormNode<T> norm => New(OperationKind.BatchNorm) with
            {
                Name = norm.Norm.RunningMean.Name[..^RunningMean.Length],
                Affine = norm.Norm.Scale is not null,
            },
            ReluNode<T> => New(OperationKind.Relu),
            PoolNode<T> pool => New(pool.IsMaximum ? OperationKind.MaxPool : OperationKind.AveragePool) with { Window = pool.Window },
            GlobalAverageNode<T> => New(OperationKind.GlobalAverage),
            LinearNode<T> linear => New(OperationKind.Linear) with
            {
                Name = linear.Weights.Name[..^Weight.Length],
                Channels = linear.Weights.Capacity.N,
            },
            ZeroNode<T> zero => New(OperationKind.Zero) with { Window = Window2D.Square(1, zero.Stride, 0) },
            ChannelPadNode<T> pad => New(OperationKind.PadChannels) with { Before = pad.Before, After = pad.After },
            ConcatNode<T> concat when IsFactorizedReduce(concat, producers) => Pair((ConvolutionNode<T>)producers[concat.Sources[0]]),
            ConcatNode<T> => New(OperationKind.Concat),
            SumNode<T> => New(OperationKind.Sum),
            _ => throw new NotSupportedException($"{node.GetType().Name} is in no list of operations."),
        };

        NetworkOperation New(OperationKind kind) =>
            new() { Kind = kind, Sources = [.. node.Sources.Select(s => numbers.GetValueOrDefault(s))] };

        NetworkOperation Pair(ConvolutionNode<T> even) => new()
        {
            Kind = OperationKind.FactorizedReduce,
            Sources = [numbers[even.Src]],
            Name = even.Weights.Name[..^("conv_1." + Weight).Length],
            Channels = 2 * even.Weights.Capacity.N,
        };
    }
}
