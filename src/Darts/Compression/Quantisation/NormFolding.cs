using MIOpenDarts.Darts.Evaluation.Operations;
using MIOpenDarts.Layers.Backends;

namespace MIOpenDarts.Darts.Compression.Quantisation;

/// <summary>From a list of operations to the layers of a <see cref="FoldedNetwork"/>.</summary>
internal sealed class NormFolding
{
    private readonly HostNetwork network;
    private readonly IReadOnlyList<NetworkOperation> operations;
    private readonly int[] channels;
    // The value that stands for each, by number: itself, but for what is computed elsewhere already.
    private readonly int[] same;
    private readonly List<int>[] readers;

    public NormFolding(HostNetwork network)
    {
        (this.network, operations) = (network, network.Operations);
        channels = OperationList.Channels(operations, network.Origin.Task.Channels);
        same = [.. Enumerable.Range(0, operations.Count + 1)];
        FindSame();
        readers = [.. same.Select(_ => new List<int>())];
        var live = new HashSet<int> { same[^1] };
        for (var value = operations.Count; value > 0; value--)
        {
            if (!live.Contains(value)) continue;
            foreach (var source in Sources(value).Distinct())
            {
                live.Add(source);
                readers[source].Add(value);
            }
        }
    }

    /// <summary>The layers.</summary>
    public IReadOnlyList<FoldedLayer> Layers()
    {
        var layers = new List<FoldedLayer>();
        var numbers = new int[operations.Count + 1];
        for (var value = 1; value <= operations.Count; value++)
        {
            if (numbers[value] > 0 || (readers[value].Count == 0 && value != same[^1])) continue;
            var (layer, taken) = Layer(value, [.. Sources(value).Select(source => numbers[source])]);
            layers.Add(layer);
            foreach (var of in taken) numbers[of] = layers.Count;
        }

        return layers;
    }

    private void FindSame()
    {
        var relus = new Dictionary<int, int>();
        for (var value = 1; value <= operations.Count; value++)
        {
            var sources = Sources(value);
            if (Kind(value) == OperationKind.Sum
                && Array.FindIndex(sources, source => Kind(source) == OperationKind.Zero) is var zero and >= 0)
                same[value] = sources[1 - zero];
            else if (Kind(value) == OperationKind.Relu && !relus.TryAdd(sources[0], value)) same[value] = relus[sources[0]];
        }
    }

    // A layer from the operation that computes a value, with the values that it computes on the way.
    private (FoldedLayer Layer, List<int> Values) Layer(int value, IReadOnlyList<int> sources)
    {
        var (operation, values) = (operations[value - 1] with { Sources = sources }, new List<int> { value });
        var (weights, bias) = Filter(operation, channels[value]);
        if (operation.Kind == OperationKind.BatchNorm)
        {
            weights = [.. Enumerable.Repeat(1f, channels[value])];
            Fold(operation, weights, bias);
            operation = operation with
            {
                Kind = OperationKind.Convolution,
                Channels = channels[value],
                Groups = channels[value],
                Window = Window2D.Point,
            };
        }
        else if (operation.Kind is OperationKind.Convolution or OperationKind.FactorizedReduce
            && readers[value] is [var norm] && Kind(norm) == OperationKind.BatchNorm)
        {
            Fold(operations[norm - 1], weights, bias);
            values.Add(value = norm);
        }

        var layer = new FoldedLayer(operation, value, IsRectified: false, weights, bias);
        if (!layer.IsRounded || readers[value].Count == 0 || readers[value].Exists(reader => Kind(reader) != OperationKind.Relu))
            return (layer, values);
        // All that read it is the one ReLU.
        values.Add(readers[value][0]);
        return (layer with { Value = readers[value][0], IsRectified = true }, values);
    }

    private (float[] Weights, float[] Bias) Filter(NetworkOperation operation, int outputs) => operation.Kind switch
    {
        OperationKind.Convolution => (Copy(operation.Name + "weight"), new float[outputs]),
        OperationKind.FactorizedReduce =>
            ([.. Copy(operation.Name + "conv_1.weight"), .. Copy(operation.Name + "conv_2.weight")], new float[outputs]),
        OperationKind.Linear => (Copy(operation.Name + "weight"), Copy(operation.Name + "bias")),
        OperationKind.BatchNorm => ([], new float[outputs]),
        _ => ([], []),
    };

    // w' = w·γ/√(v + ε), b' = (b − m)·γ/√(v + ε) + β.
    private void Fold(NetworkOperation norm, float[] weights, float[] bias)
    {
        var (mean, variance) = (Copy(norm.Name + "running_mean"), Copy(norm.Name + "running_var"));
        var (scale, shift) = norm.Affine ? (Copy(norm.Name + "weight"), Copy(norm.Name + "bias")) : (null, null);
        var size = weights.Length / bias.Length;
        for (var c = 0; c < bias.Length; c++)
        {
            var factor = (scale?[c] ?? 1.0) / Math.Sqrt(variance[c] + BatchNormState<float>.Epsilon);
            bias[c] = (float)((bias[c] - mean[c]) * factor + (shift?[c] ?? 0.0));
            foreach (ref var w in weights.AsSpan(c * size, size)) w = (float)(w * factor);
        }
    }

    private float[] Copy(string name) => [.. network.Tensors[name]];

    private int[] Sources(int value) => value == 0 ? [] : [.. operations[value - 1].Sources.Select(source => same[source])];

    private OperationKind? Kind(int value) => value == 0 ? null : operations[value - 1].Kind;
}
