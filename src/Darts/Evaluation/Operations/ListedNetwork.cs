using System.Numerics;
using MIOpenDarts.Layers.Backends;
using MIOpenDarts.Layers.Modules;
using MIOpenDarts.Layers.Tensors;

namespace MIOpenDarts.Darts.Evaluation.Operations;

/// <summary>
/// A network that is listed operation by operation, as compression leaves it: any widths, any factors. Parameters keep their official
/// names. It has no auxiliary head and no drop path, for it is fine-tuned, not trained from scratch.
/// </summary>
/// <typeparam name="T">float or double.</typeparam>
internal sealed class ListedNetwork<T> : ImageClassifier<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly IReadOnlyList<NetworkOperation> list;
    private readonly ListedOperation<T>[] operations;
    // Arrays: a step walks over them, and allocates no enumerator.
    private readonly int[][] sources;
    private readonly int[] lastReaders;
    private Tensor<T>[] values = [];

    /// <summary>Builds the network on a backend with zeroed parameters.</summary>
    public ListedNetwork(Backend<T> backend, ImageTask task, IReadOnlyList<NetworkOperation> list)
        : base(backend, task)
    {
        this.list = list;
        var channels = OperationList.Channels(list, task.Channels);
        operations = [.. list.Select(operation => Place(operation, channels))];
        sources = [.. list.Select(operation => operation.Sources.ToArray())];
        lastReaders = new int[list.Count + 1];
        for (var i = 0; i < list.Count; i++)
            foreach (var source in sources[i]) lastReaders[source] = i;
        lastReaders[^1] = list.Count;
        Parameters.Commit(backend);
    }

    /// <inheritdoc/>
    public override Tensor<T> Logits => values[^1];

    /// <inheritdoc/>
    internal override long WeightBytes => list.Any(operation => operation.MostWeight > 0)
        // A bias and a scale for each output channel, and a byte for each weight.
        ? Parameters.Parameters.Sum(tensor =>
            (tensor.Name.EndsWith("bias", StringComparison.Ordinal) ? sizeof(int) + sizeof(float) : 1) * tensor.Capacity.Count)
        : base.WeightBytes;

    /// <summary>Values of the last pass by their number, the images first; all of them hold only where a training was planned.</summary>
    public IReadOnlyList<Tensor<T>> Values => values;

    /// <inheritdoc/>
    public override InferenceGraph<T> Trace()
    {
        var graph = new InferenceGraph<T>(Task.Channels, Task.Height, Task.Width);
        var traced = new List<GraphValue> { graph.Input };
        for (var i = 0; i < operations.Length; i++)
            traced.Add(operations[i].Trace(graph, Array.ConvertAll(sources[i], source => traced[source])));
        graph.SetOutput(traced[^1]);
        return graph;
    }

    /// <inheritdoc/>
    private protected override void PlanLayers(MemoryPlan<T> built, Scratchpad<T> shared, LivenessSchedule time, Tensor<T> source)
    {
        values = new Tensor<T>[operations.Length + 1];
        values[0] = source;
        for (var i = 0; i < operations.Length; i++)
        {
            built.DefaultLifetime = time.Value(i, lastReaders[i + 1]);
            built.DefaultDiffLifetime = time.Diff(i, lastReaders[i + 1]);
            values[i + 1] = operations[i].Plan(built, Array.ConvertAll(sources[i], number => values[number]));
        }
    }

    /// <inheritdoc/>
    protected override void RunForward(in Pass pass)
    {
        foreach (var operation in operations) operation.Forward(pass);
    }

    /// <inheritdoc/>
    protected override void RunBackward(in Pass pass)
    {
        for (var i = operations.Length - 1; i >= 0; i--)
        {
            var accumulate = true;
            foreach (var source in sources[i])
            {
                // The last reader of the forward pass is the first to write the gradient.
                if (lastReaders[source] != i || values[source].Diff is not { } diff) continue;
                // A module writes the gradient of its only source; whatever has more adds to what must be zero.
                if (operations[i].IsModule) accumulate = false;
                else Backend.Fill(diff, T.Zero);
            }

            operations[i].Backward(pass, accumulate);
        }
    }

    private ListedOperation<T> Place(NetworkOperation operation, int[] channels)
    {
        var inputs = channels[operation.Sources[0]];
        var layer = operation.MostWeight > 0 ? Quantised(operation, inputs) : null;
        var placed = layer is null ? Plain(operation, inputs) : new ListedModule<T>(layer);
        return operation.Rounding is { } scale && operation.Kind != OperationKind.Quantise
            ? new ListedRounding<T>(placed, new Quantise<T>(scale, (layer as IBiasedLayer<T>)?.Layer))
            : placed;
    }

    private Module<T> Quantised(NetworkOperation operation, int inputs) => operation.Kind switch
    {
        OperationKind.Convolution => new QuantisedConvolution<T>(
            Parameters, operation.Name, inputs, operation.Channels, operation.Window, operation.Groups, operation.MostWeight,
            operation.InputStep),
        OperationKind.FactorizedReduce => new QuantisedReduction<T>(
            Parameters, operation.Name, inputs, operation.Channels, operation.MostWeight, operation.InputStep),
        OperationKind.Linear => new QuantisedLinear<T>(
            Parameters, operation.Name, inputs, operation.Channels, operation.MostWeight, operation.InputStep),
        _ => throw new NotSupportedException($"{operation.Kind} has no weights that int8 could keep."),
    };

    private ListedOperation<T> Plain(NetworkOperation operation, int inputs) => operation.Kind switch
    {
        OperationKind.Convolution => new ListedModule<T>(
            new Convolution<T>(Parameters, operation.Name, inputs, operation.Channels, operation.Window, operation.Groups)),
        OperationKind.FactorizedReduce => new ListedModule<T>(
            new FactorizedReduce<T>.ConvolutionPair(Parameters, operation.Name, inputs, operation.Channels)),
        OperationKind.BatchNorm => new ListedModule<T>(new BatchNorm<T>(Parameters, operation.Name, inputs, operation.Affine)),
        OperationKind.Relu => new ListedModule<T>(new Relu<T>()),
        OperationKind.MaxPool => new ListedModule<T>(new MaxPool<T>(operation.Window)),
        OperationKind.AveragePool => new ListedModule<T>(new AveragePool<T>(operation.Window)),
        OperationKind.GlobalAverage => new ListedModule<T>(new GlobalAveragePool<T>()),
        OperationKind.Linear => new ListedModule<T>(new Linear<T>(Parameters, operation.Name, inputs, operation.Channels)),
        OperationKind.Zero => new ListedModule<T>(new Zero<T>(operation.Window.StrideH)),
        OperationKind.PadChannels => new ListedPad<T>(operation.Before, operation.After),
        OperationKind.Concat => new ListedConcat<T>(),
        OperationKind.Sum => new ListedSum<T>(),
        OperationKind.Quantise => new ListedModule<T>(new Quantise<T>(operation.Rounding!.Value, null)),
        _ => throw new NotSupportedException($"{operation.Kind} is no operation of a network."),
    };
}
