using System.Collections.Concurrent;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;
using MIOpenDarts.Darts.Compression;
using MIOpenDarts.Darts.Compression.Quantisation;
using MIOpenDarts.Darts.Evaluation;
using MIOpenDarts.Darts.Evaluation.Operations;
using MIOpenDarts.Darts.Export;
using MIOpenDarts.Darts.Tests.Compression;
using MIOpenDarts.Layers.Backends;
using MIOpenDarts.Layers.Backends.Cpu;
using MIOpenDarts.Layers.Modules;

namespace MIOpenDarts.Onnx.Tests;

/// <summary>ONNX Runtime makes integers of a quantised network, and these are ours.</summary>
public class QuantisedOnnxTests
{
    private const double NearHalf = 1e-4;
    private const int Images = 100;
    private static readonly ConcurrentDictionary<string, QuantisedNetwork> Made = new();

    public static TheoryData<string> Networks =>
        ["DARTS_V1", "DARTS_V2", "PC_DARTS_cifar", "PDARTS", TestNetwork.Cell, .. NetworkDescription.Baselines];

    [Theory]
    [MemberData(nameof(Networks))]
    public void The_optimised_graph_has_integers_from_the_images_to_the_logits(string name)
    {
        var integers = IntegerNetwork.From(Quantised(name).Network);
        var operators = OptimizedGraph.Operators(QuantisedOnnx.Bytes(integers));
        Assert.DoesNotContain("Conv", operators);
        Assert.DoesNotContain("FusedConv", operators);
        Assert.DoesNotContain("Gemm", operators);
        Assert.Equal(integers.Layers.Count(layer => layer is IntegerConvolution), operators.Count(type => type == "QLinearConv"));
        // One for the images: whole cells stay bytes.
        Assert.Equal(1, operators.Count(type => type == "QuantizeLinear"));
        Assert.DoesNotContain("DequantizeLinear", operators);
    }

    /// <summary>
    /// From the bytes that ONNX Runtime recorded, each layer gives its bytes, unless the number of steps is so near to a half that single
    /// precision decides.
    /// </summary>
    [Theory]
    [MemberData(nameof(Networks))]
    public void Each_layer_gives_the_recorded_bytes(string name)
    {
        var quantised = Quantised(name);
        var integers = IntegerNetwork.From(quantised.Network);
        using var session = new InferenceSession(QuantisedOnnx.Bytes(integers, withValues: true));
        var image = TestNetwork.Images(integers.Task, 1);
        using var outputs = session.Run([Input(image, integers.Task)]);
        var bytes = Enumerable.Range(0, integers.Values.Count)
            .Select(k => outputs.Single(output => output.Name == QuantisedOnnx.Value(k)).AsEnumerable<byte>().ToArray()).ToArray();
        for (var i = 0; i < image.Length; i++)
        {
            var steps = image[i] / integers.Values[0].Scale.Step;
            AssertSame("images", bytes[0][i], integers.Bytes(image)[i], steps);
        }

        foreach (var (k, layer) in integers.Layers.Index())
        {
            var sources = Array.ConvertAll(layer.Sources, source => bytes[source]);
            var (actual, steps) = (new byte[layer.To.Count], new float[layer.To.Count]);
            layer.Run(sources, actual);
            (layer as RoundingLayer)?.Steps(sources, steps);
            for (var i = 0; i < actual.Length; i++)
                AssertSame($"{layer.Name} {i}", bytes[k + 1][i], actual[i], layer is RoundingLayer ? steps[i] : null);
        }

        var logits = outputs.Single(output => output.Name == "logits").AsEnumerable<float>().ToArray();
        foreach (var (expected, actual) in logits.Zip(integers.Classifier.Run(bytes[integers.Classifier.Source])))
            Assert.Equal(expected, actual, 1e-5 * logits.Max(Math.Abs));
    }

    [Theory]
    [MemberData(nameof(Networks))]
    public void Integers_rounded_numbers_and_both_graphs_give_one_class(string name)
    {
        var quantised = Quantised(name);
        var integers = IntegerNetwork.From(quantised.Network);
        var model = QuantisedOnnx.Bytes(integers);
        using var plainly = new SessionOptions { GraphOptimizationLevel = GraphOptimizationLevel.ORT_DISABLE_ALL };
        using var optimised = new InferenceSession(model);
        using var unoptimised = new InferenceSession(model, plainly);
        using var backend = CpuBackend.Create(2);
        using var rounded = quantised.Network.Build(backend);
        var images = TestNetwork.Images(integers.Task, Images);
        rounded.Plan(Images, training: false);
        rounded.LoadBatch(images, new int[Images]);
        rounded.Forward(Pass.Inference);
        var logits = TestNetwork.Logits(rounded, Images);
        var expected = Answers(logits);
        // Where two classes are as good as equal, the last byte decides, and it may differ by a step.
        var clear = logits.Chunk(logits.Length / Images).Select(row => row.OrderDescending().Take(2).ToArray())
            .Select(best => best[0] - best[1] > 0.01 * logits.Max(Math.Abs)).ToArray();
        Assert.InRange(clear.Count(c => c), Images / 5, Images);
        var size = images.Length / Images;
        float[] simulated = [.. Enumerable.Range(0, Images).SelectMany(n => integers.Run(images.AsSpan(n * size, size)).Logits)];
        foreach (var answers in new[]
            { Answers(simulated), Answers(Logits(optimised, images, integers.Task)), Answers(Logits(unoptimised, images, integers.Task)) })
        {
            var same = answers.Zip(expected, clear).Count(image => image.Third && image.First == image.Second);
            Assert.InRange(same, 0.99 * clear.Count(c => c), Images);
        }
    }

    [Theory]
    [InlineData(5)]
    [InlineData(6)]
    public void A_reduction_of_an_odd_extent_is_one_convolution_too(int size)
    {
        var task = new ImageTask(2, size, size, 3);
        var operations = new[]
        {
            new NetworkOperation
            {
                Kind = OperationKind.FactorizedReduce, Sources = [0], Name = "reduce.", Channels = 4,
            },
            new() { Kind = OperationKind.GlobalAverage, Sources = [1] },
            new() { Kind = OperationKind.Linear, Sources = [2], Name = "linear.", Channels = 3 },
        };
        var description = TestNetwork.Describe("DARTS_V2") with { Task = task, Mean = [0, 0], Deviation = [1, 1], Operations = operations };
        using var backend = CpuBackend.Create(1);
        using var net = description.Build(backend);
        net.Parameters.Initialize(1);
        var host = HostNetwork.From(description, net);
        var integers = IntegerNetwork.From(
            NetworkQuantiser.Apply(host, new QuantisationChoice(), TestNetwork.Sample(host), backend).Network);
        using var session = new InferenceSession(QuantisedOnnx.Bytes(integers, withValues: true));
        var image = TestNetwork.Images(task, 1);
        using var outputs = session.Run([Input(image, task)]);
        Assert.Equal(
            integers.Run(image).Values[1], outputs.Single(output => output.Name == QuantisedOnnx.Value(1)).AsEnumerable<byte>().ToArray());
    }

    private static QuantisedNetwork Quantised(string name) => Made.GetOrAdd(name, Quantise);

    private static QuantisedNetwork Quantise(string name)
    {
        using var backend = CpuBackend.Create(2);
        var host = TestNetwork.Host(name, backend, channels: 8);
        // Equal channels change numbers and no structure: one network has them.
        return NetworkQuantiser.Apply(
            host, new QuantisationChoice(IsPlain: name != "DARTS_V2"), TestNetwork.Sample(host), backend);
    }

    private static void AssertSame(string what, byte expected, byte actual, float? steps)
    {
        var near = steps is { } number && Math.Abs(number - Math.Floor(number) - 0.5) < NearHalf;
        Assert.True(expected == actual || (near && Math.Abs(expected - actual) == 1), $"{what}: {actual} is not {expected}, {steps} steps");
    }

    private static NamedOnnxValue Input(float[] images, ImageTask task) => NamedOnnxValue.CreateFromTensor(
        "images",
        new DenseTensor<float>(
            images, [images.Length / (task.Channels * task.Height * task.Width), task.Channels, task.Height, task.Width]));

    private static float[] Logits(InferenceSession session, float[] images, ImageTask task)
    {
        using var outputs = session.Run([Input(images, task)]);
        return [.. outputs.Single().AsEnumerable<float>()];
    }

    private static int[] Answers(float[] logits) => [.. logits.Chunk(logits.Length / Images).Select(row => Array.IndexOf(row, row.Max()))];
}
