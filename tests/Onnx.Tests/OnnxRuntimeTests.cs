using System.Text.Json;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;
using MIOpenDarts.Additional;
using MIOpenDarts.Darts.Compression;
using MIOpenDarts.Darts.Compression.LowRank;
using MIOpenDarts.Darts.Compression.Pruning;
using MIOpenDarts.Darts.Evaluation;
using MIOpenDarts.Darts.Evaluation.Baselines;
using MIOpenDarts.Darts.Export;
using MIOpenDarts.Darts.Genotypes;
using MIOpenDarts.Darts.Tests.Compression;
using MIOpenDarts.Layers.Backends;
using MIOpenDarts.Layers.Backends.Cpu;
using MIOpenDarts.Layers.Modules;
using MIOpenDarts.Layers.Randomness;

namespace MIOpenDarts.Onnx.Tests;

/// <summary>What is exported computes in ONNX Runtime what the network computes here.</summary>
public class OnnxRuntimeTests
{
    private const int Batch = 3;

    public static TheoryData<string, bool> Networks() =>
        [.. NamedGenotypes.Names.Concat(NetworkDescription.Baselines).SelectMany(name => new[] { (name, false), (name, true) })];

    public static TheoryData<string, int, int> Operations() =>
        [.. Primitives.Names.Append(SqueezeConv.Instance.Name).Distinct()
            .SelectMany(name => new[] { (name, 1, 8), (name, 2, 8), (name, 1, 9), (name, 2, 9) })];

    [Theory]
    [MemberData(nameof(Networks))]
    public void A_network_gives_the_same_logits(string name, bool fold)
    {
        using var backend = CpuBackend.Create(2);
        var description = new NetworkDescription
        { Network = name, Task = new ImageTask(3, 16, 16, 10), InitChannels = 4, Layers = 5, Auxiliary = true };
        using var net = description.Build(backend);
        Settle(net);
        var images = Images(net.Task, Batch);
        net.LoadBatch(images, new int[Batch]);
        net.Forward(Pass.Inference);
        var expected = new float[Batch * net.Task.Classes];
        backend.ReadImages(net.Logits, expected);
        AssertSame(expected, OnnxExport.Bytes(backend, net.Trace(), fold, description), net.Task, images);
    }

    [Theory]
    [InlineData("DARTS_V2", false)]
    [InlineData("DARTS_V2", true)]
    [InlineData("PC_DARTS_cifar", true)]
    [InlineData("resnet20", false)]
    [InlineData("mobilenetv2", true)]
    [InlineData(TestNetwork.Cell, false)]
    public void A_network_that_was_decomposed_and_pruned_gives_the_same_logits(string name, bool fold)
    {
        using var backend = CpuBackend.Create(2);
        var host = TestNetwork.Host(name, backend, channels: 16);
        var sample = TestNetwork.Sample(host);
        var (decomposed, layers) = new Decomposition(host, sample, backend).Keeping(0.8);
        Assert.Contains(layers, layer => layer.Rank > 0);
        var (small, groups) = new ChannelPruning(decomposed, ImportanceRule.L1, 4, sample, backend).To(new CompressionTarget(false, 0.8));
        Assert.Contains(groups, group => group.After < group.Before);
        using var net = small.Build(backend);
        net.Plan(Batch, training: false);
        var images = Images(net.Task, Batch);
        net.LoadBatch(images, new int[Batch]);
        net.Forward(Pass.Inference);
        AssertSame(
            TestNetwork.Logits(net, Batch), OnnxExport.Bytes(backend, net.Trace(), fold, small.Description), net.Task, images);
    }

    [Theory]
    [InlineData("DARTS_V2", 1)]
    [InlineData("resnet20", 3)]
    public void A_graph_that_normalises_gives_for_bytes_what_the_network_gives_for_normalised_images(string name, int channels)
    {
        using var backend = CpuBackend.Create(2);
        var description = new NetworkDescription
        {
            Network = name,
            Task = new ImageTask(channels, 16, 16, 10),
            InitChannels = 4,
            Layers = 5,
            Mean = [.. new[] { 0.3f, 0.6f, 0.1f }.Take(channels)],
            Deviation = [.. new[] { 0.2f, 0.5f, 0.3f }.Take(channels)],
        };
        using var net = description.Build(backend);
        Settle(net);
        var bytes = Bytes(net.Task, Batch);
        var plane = net.Task.Height * net.Task.Width;
        var images = bytes.Select((value, i) =>
        {
            var channel = i / plane % channels;
            return (value / 255f - description.Mean[channel]) / description.Deviation[channel];
        }).ToArray();
        net.LoadBatch(images, new int[Batch]);
        net.Forward(Pass.Inference);
        var expected = new float[Batch * net.Task.Classes];
        backend.ReadImages(net.Logits, expected);
        var model = OnnxExport.Bytes(backend, net.Trace(), foldNorms: true, description, normalise: true);
        AssertClose(expected, Run(model, bytes, net.Task, Batch));
        // Who reads the metadata is not to normalise once more.
        using var session = Open(model);
        Assert.DoesNotContain("mean", session.ModelMetadata.CustomMetadataMap.Keys);
        Assert.DoesNotContain("deviation", session.ModelMetadata.CustomMetadataMap.Keys);
    }

    [Fact]
    public void A_fixed_batch_is_taken_and_another_is_refused()
    {
        using var backend = CpuBackend.Create(2);
        var description = new NetworkDescription
        { Network = "PDARTS", Task = new ImageTask(3, 16, 16, 10), InitChannels = 4, Layers = 5 };
        using var net = description.Build(backend);
        Settle(net);
        var images = Images(net.Task, Batch);
        net.LoadBatch(images, new int[Batch]);
        net.Forward(Pass.Inference);
        var expected = new float[Batch * net.Task.Classes];
        backend.ReadImages(net.Logits, expected);
        var model = OnnxExport.Bytes(backend, net.Trace(), foldNorms: true, description, batch: Batch);
        AssertClose(expected, Run(model, images, net.Task, Batch));
        using var session = Open(model);
        Assert.Equal([Batch, 3, 16, 16], session.InputMetadata["images"].Dimensions);
        Assert.Equal([Batch, 10], session.OutputMetadata["logits"].Dimensions);
        Assert.Throws<OnnxRuntimeException>(() => Run(model, images[..(images.Length / Batch)], net.Task, 1));
    }

    [Fact]
    public void The_metadata_keeps_class_names_apart_whatever_they_contain()
    {
        string[] names = ["goldfish", "tench, Tinca tinca", "\"Größe\" [m²]"];
        using var backend = CpuBackend.Create(1);
        var description = new NetworkDescription
        { Network = "DARTS_V2", Task = new ImageTask(1, 8, 8, 3), InitChannels = 2, Layers = 3, ClassNames = names };
        using var net = description.Build(backend);
        using var session = new InferenceSession(OnnxExport.Bytes(backend, net.Trace(), foldNorms: false, description));
        Assert.Equal(names, JsonSerializer.Deserialize<string[]>(session.ModelMetadata.CustomMetadataMap["classes"]));
    }

    [Fact]
    public void The_ImageNet_form_gives_the_same_logits()
    {
        using var backend = CpuBackend.Create(2);
        using var net = new EvaluationNetwork<float>(
            backend, new EvaluationShape(new ImageTask(3, 40, 40, 6), 4, 4, Auxiliary: false, StemForm.ImageNet),
            NamedGenotypes.Get("DARTS_V2"));
        Settle(net);
        var images = Images(net.Task, Batch);
        net.LoadBatch(images, new int[Batch]);
        net.Forward(Pass.Inference);
        var expected = new float[Batch * net.Task.Classes];
        backend.ReadImages(net.Logits, expected);
        AssertSame(expected, OnnxExport.Bytes(backend, net.Trace(), foldNorms: true), net.Task, images);
    }

    [Theory]
    [MemberData(nameof(Operations))]
    public void A_primitive_computes_the_same(string name, int stride, int size)
    {
        Assert.True(Primitives.TryParse(name, out var primitive));
        using var backend = CpuBackend.Create(2);
        using var net = new SingleOperation(backend, primitive, stride, size);
        Settle(net);
        var images = Images(net.Task, Batch);
        net.LoadBatch(images, new int[Batch]);
        net.Forward(Pass.Inference);
        var expected = new float[Batch * net.Task.Classes];
        backend.ReadImages(net.Logits, expected);
        AssertSame(expected, OnnxExport.Bytes(backend, net.Trace(), foldNorms: false), net.Task, images);
    }

    private static void Settle(ImageClassifier<float> net)
    {
        net.Parameters.Initialize(3);
        net.Plan(16);
        net.LoadBatch(Images(net.Task, 16), new int[16]);
        // A few training passes move the running statistics away from zero and one.
        for (var i = 0; i < 5; i++) net.Forward(new Pass(Training: true));
    }

    private static void AssertSame(float[] expected, byte[] model, ImageTask task, float[] images)
    {
        foreach (var count in new[] { Batch, 1 })
            AssertClose(expected[..(count * task.Classes)], Run(model, images[..(count * images.Length / Batch)], task, count));
    }

    private static void AssertClose(float[] expected, float[] actual)
    {
        Assert.Equal(expected.Length, actual.Length);
        var largest = Math.Max(expected.Max(Math.Abs), 1e-3f);
        foreach (var (e, a) in expected.Zip(actual))
            Assert.True(Math.Abs(e - a) <= 1e-4f * largest, $"{a} is not {e}, largest {largest}");
    }

    private static float[] Run<T>(byte[] model, T[] images, ImageTask task, int count)
    {
        using var session = Open(model);
        var input = new DenseTensor<T>(images, [count, task.Channels, task.Height, task.Width]);
        using var outputs = session.Run([NamedOnnxValue.CreateFromTensor("images", input)]);
        var actual = outputs.Single().AsTensor<float>();
        Assert.Equal([count, task.Classes], actual.Dimensions.ToArray());
        return [.. actual];
    }

    private static InferenceSession Open(byte[] model)
    {
        try
        {
            return new InferenceSession(model);
        }
        catch (Exception e) when (e is DllNotFoundException or TypeInitializationException)
        {
            Assert.Skip(
                $"ONNX Runtime's native library does not load here ({e.Message}); its package has it for 64-bit Linux, Windows and macOS");
            throw;
        }
    }

    private static float[] Images(ImageTask task, int count)
    {
        var random = new CounterRandom(1, RandomStream.Augmentation);
        var pixels = new float[count * task.Channels * task.Height * task.Width];
        for (var i = 0; i < pixels.Length; i++) pixels[i] = (float)random.NextNormal();
        return pixels;
    }

    private static byte[] Bytes(ImageTask task, int count)
    {
        var random = new CounterRandom(2, RandomStream.Augmentation);
        var pixels = new byte[count * task.Channels * task.Height * task.Width];
        for (var i = 0; i < pixels.Length; i++) pixels[i] = (byte)(256 * random.NextSingle());
        return pixels;
    }

    /// <summary>One operation, global pool and classifier.</summary>
    private sealed class SingleOperation : BaselineNetwork<float>
    {
        public SingleOperation(Backend<float> backend, Primitive primitive, int stride, int size)
            : base(backend, new ImageTask(4, size, size, 5))
        {
            Append(primitive.Build(new OperationSite<float>(Parameters, "operation.", 4, stride, Affine: true, PoolNorm: false)));
            Finish(4);
        }
    }
}
