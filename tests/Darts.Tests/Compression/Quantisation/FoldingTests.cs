using MIOpenDarts.Darts.Compression;
using MIOpenDarts.Darts.Compression.Quantisation;
using MIOpenDarts.Darts.Evaluation;
using MIOpenDarts.Darts.Evaluation.Operations;
using MIOpenDarts.Layers.Backends;
using MIOpenDarts.Layers.Backends.Reference;
using MIOpenDarts.Layers.Modules;

namespace MIOpenDarts.Darts.Tests.Compression.Quantisation;

/// <summary>A network without batch norms computes what it was made from.</summary>
public class FoldingTests
{
    private const int Batch = 3;

    public static TheoryData<string> Networks =>
        ["DARTS_V1", "DARTS_V2", "PC_DARTS_cifar", "PDARTS", TestNetwork.Cell, .. NetworkDescription.Baselines];

    [Theory]
    [MemberData(nameof(Networks))]
    public void It_gives_the_same_logits(string name)
    {
        using var backend = new ReferenceBackend<float>();
        var host = TestNetwork.Host(name, backend);
        var folded = FoldedNetwork.From(host);
        var (expected, actual) = (Logits(host, backend), Logits(Listed(folded), backend));
        var largest = expected.Max(Math.Abs);
        Assert.All(expected.Zip(actual), pair => Assert.Equal(pair.First, pair.Second, 2e-5 * largest));
    }

    [Theory]
    [MemberData(nameof(Networks))]
    public void Nothing_is_computed_twice_and_no_norm_is_left(string name)
    {
        using var backend = new ReferenceBackend<float>();
        var layers = FoldedNetwork.From(TestNetwork.Host(name, backend)).Layers;
        Assert.DoesNotContain(layers, layer => layer.Operation.Kind == OperationKind.BatchNorm);
        Assert.DoesNotContain(layers.Index(), pair => pair.Item.Operation.Sources.Any(source => source > pair.Index));
        var relus = layers.Where(layer => layer.Operation.Kind == OperationKind.Relu).Select(layer => layer.Operation.Sources[0]).ToList();
        Assert.Equal(relus.Distinct(), relus);
        // A layer whose value only a ReLU reads has that ReLU itself.
        for (var k = 1; k <= layers.Count; k++)
        {
            var readers = layers.Where(layer => layer.Operation.Sources.Contains(k)).ToList();
            if (layers[k - 1].IsRounded && readers.Count > 0)
                Assert.Contains(readers, reader => reader.Operation.Kind != OperationKind.Relu);
        }
    }

    // As a list of float operations: a bias is a batch norm that does nothing else.
    private static HostNetwork Listed(FoldedNetwork folded)
    {
        var operations = new List<NetworkOperation>();
        var tensors = new Dictionary<string, float[]>();
        var numbers = new List<int> { 0 };
        foreach (var layer in folded.Layers)
        {
            var operation = layer.Operation;
            operations.Add(operation with { Sources = [.. operation.Sources.Select(source => numbers[source])] });
            if (operation.Kind == OperationKind.FactorizedReduce)
            {
                var half = layer.Weights.Length / 2;
                (tensors[operation.Name + "conv_1.weight"], tensors[operation.Name + "conv_2.weight"]) =
                    (layer.Weights[..half], layer.Weights[half..]);
            }
            else if (layer.Bias.Length > 0) tensors[operation.Name + "weight"] = layer.Weights;

            if (operation.Kind == OperationKind.Linear) tensors[operation.Name + "bias"] = layer.Bias;
            else if (layer.Bias.Length > 0) AddBias(layer);
            if (layer.IsRectified) operations.Add(new() { Kind = OperationKind.Relu, Sources = [operations.Count] });
            numbers.Add(operations.Count);
        }

        return folded.Origin with { Operations = operations, Tensors = tensors };

        void AddBias(FoldedLayer layer)
        {
            var (name, channels) = (layer.Operation.Name + "shift.", layer.Bias.Length);
            operations.Add(new() { Kind = OperationKind.BatchNorm, Name = name, Sources = [operations.Count] });
            (tensors[name + "weight"], tensors[name + "bias"]) = (Constant(1, channels), layer.Bias);
            tensors[name + "running_mean"] = Constant(0, channels);
            tensors[name + "running_var"] = Constant(1 - (float)BatchNormState<float>.Epsilon, channels);
        }
    }

    private static float[] Constant(float value, int count) => [.. Enumerable.Repeat(value, count)];

    private static float[] Logits(HostNetwork host, Backend<float> backend)
    {
        using var net = host.Build(backend);
        net.Plan(Batch);
        net.LoadBatch(TestNetwork.Images(net.Task, Batch), new int[Batch]);
        net.Forward(Pass.Inference);
        return TestNetwork.Logits(net, Batch);
    }
}
