using MIOpenDarts.Darts.Compression;
using MIOpenDarts.Darts.Evaluation;
using MIOpenDarts.Darts.Evaluation.Operations;
using MIOpenDarts.Layers.Backends;
using MIOpenDarts.Layers.Backends.Cpu;
using MIOpenDarts.Layers.Backends.Reference;
using MIOpenDarts.Layers.Modules;
using MIOpenDarts.Layers.Optimisers;
using MIOpenDarts.Layers.Randomness;

namespace MIOpenDarts.Darts.Tests.Compression;

/// <summary>A network that is listed operation by operation computes what it was listed from, forward and backward.</summary>
public class ListedNetworkTests
{
    private const int Batch = 3;

    public static TheoryData<string> Networks =>
        ["DARTS_V1", "DARTS_V2", "PC_DARTS_cifar", "PDARTS", "DrNAS_cifar10", TestNetwork.Cell, .. NetworkDescription.Baselines];

    [Theory]
    [MemberData(nameof(Networks))]
    public void It_gives_the_logits_and_the_gradients_of_the_network(string name)
    {
        using var backend = new ReferenceBackend<double>();
        var description = TestNetwork.Describe(name);
        using var net = description.Build(backend);
        net.Parameters.Initialize(7);
        var listed = description with { Operations = OperationList.Of(net.Trace()) };
        using var other = listed.Build(backend);
        foreach (var (from, to) in TestNetwork.Pairs(net, other))
        {
            var values = new double[from.Capacity.Count];
            backend.Download<double>(from, values);
            backend.Upload<double>(values, to);
        }

        var images = TestNetwork.Images(net.Task, Batch);
        var logits = new List<double[]>();
        foreach (var each in new[] { net, other })
        {
            each.Plan(Batch);
            each.LoadBatch(Array.ConvertAll(images, x => (double)x), [0, 1, 2]);
            each.Forward(new Pass(Training: true));
            logits.Add(new double[Batch * net.Task.Classes]);
            backend.ReadImages(each.Logits, logits[^1]);
            each.Backward(new Pass(Training: true));
        }

        Assert.Equal(net.Trace().MultiplyAdds, other.Trace().MultiplyAdds);
        Assert.Equal(net.ParameterCount, other.ParameterCount);
        AssertClose(logits[0], logits[1], "logits");
        foreach (var (from, to) in TestNetwork.Pairs(net, other).Where(pair => pair.From.Diff is not null))
        {
            var (expected, actual) = (new double[from.Capacity.Count], new double[from.Capacity.Count]);
            backend.Download<double>(from.Diff!, expected);
            backend.Download<double>(to.Diff!, actual);
            AssertClose(expected, actual, from.Name);
        }
    }

    [Theory]
    [InlineData("DARTS_V2")]
    [InlineData("resnet20")]
    [InlineData(TestNetwork.Cell)]
    public void A_training_step_allocates_nothing_after_the_first(string name)
    {
        using var backend = CpuBackend.Create(2);
        using var net = TestNetwork.Host(name, backend).Build(backend);
        var sgd = new Sgd<float>(backend, net.Parameters, 0.9, 3e-4);
        net.Plan(Batch);
        net.LoadBatch(TestNetwork.Images(net.Task, Batch), new int[Batch]);
        for (var i = 0; i < 2; i++) Step();
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 3; i++) Step();
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);

        void Step()
        {
            var pass = new Pass(Training: true);
            net.Forward(pass);
            net.Backward(pass);
            sgd.Clip(5);
            sgd.Step(0.01);
        }
    }

    [Fact]
    public void Its_inference_plan_needs_less_memory_and_gives_the_same_logits()
    {
        using var backend = CpuBackend.Create(2);
        var host = TestNetwork.Host("DARTS_V2", backend);
        using var net = host.Build(backend);
        var images = TestNetwork.Images(net.Task, Batch);
        var logits = new List<float[]>();
        var bytes = new List<long>();
        foreach (var training in new[] { true, false })
        {
            net.Plan(Batch, training);
            net.LoadBatch(images, new int[Batch]);
            net.Forward(Pass.Inference);
            logits.Add(TestNetwork.Logits(net, Batch));
            bytes.Add(net.ActivationBytes);
        }

        Assert.Equal(logits[0], logits[1]);
        Assert.True(2 * bytes[1] < bytes[0], $"{bytes[1]} and {bytes[0]} bytes");
    }

    [Fact]
    public void A_weights_file_keeps_the_list()
    {
        var path = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName());
        try
        {
            using var backend = CpuBackend.Create(1);
            var host = TestNetwork.Host("DARTS_V1", backend);
            host.Save(path);
            var (description, net) = NetworkDescription.Load(path, backend);
            using (net)
            {
                Assert.Equal(host.Operations.Count, description.Operations!.Count);
                int[] none = [];
                foreach (var (expected, actual) in host.Operations.Zip(description.Operations))
                {
                    Assert.Equal(expected with { Sources = none }, actual with { Sources = none });
                    Assert.Equal(expected.Sources, actual.Sources);
                }

                var again = HostNetwork.From(description, net);
                Assert.All(host.Tensors.Where(pair => again.Tensors.ContainsKey(pair.Key)),
                    pair => Assert.Equal(pair.Value, again.Tensors[pair.Key]));
                Assert.Equal(net.Parameters.Parameters.Count() + net.Parameters.Statistics.Count(), again.Tensors.Count);
            }
        }
        finally
        {
            File.Delete(path);
        }
    }

    private static void AssertClose(double[] expected, double[] actual, string what)
    {
        var largest = expected.Max(Math.Abs);
        foreach (var (e, a) in expected.Zip(actual))
            Assert.True(Math.Abs(e - a) <= 1e-9 * largest + 1e-300, $"{what}: {a} is not {e}, largest {largest}");
    }
}
