using MIOpenDarts.Darts.Genotypes;
using MIOpenDarts.Darts.Supernets;
using MIOpenDarts.Layers.Backends;
using MIOpenDarts.Layers.Backends.Reference;
using MIOpenDarts.Layers.Modules;
using MIOpenDarts.Layers.Randomness;
using MIOpenDarts.Layers.Tensors;

namespace MIOpenDarts.Darts.Tests.Supernets;

public sealed class MixedOpTests : IDisposable
{
    private readonly ReferenceBackend<double> backend = new();
    private readonly ParameterSet<double> parameters = new();
    private readonly Storage storage;
    private readonly ArchitectureParameters<double> architecture = new(edges: 1);
    private readonly Tensor<double> weights;

    public MixedOpTests()
    {
        storage = backend.Allocate(1024);
        architecture.Bind(storage);
        weights = architecture.Mixing;
    }

    public void Dispose()
    {
        parameters.Dispose();
        storage.Dispose();
        backend.Dispose();
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void With_one_weight_set_it_is_that_operation(int stride)
    {
        using var plan = Build(stride, dropPath: false, out var mixed);
        for (var k = 0; k < 8; k++)
        {
            backend.Upload<double>([.. Enumerable.Range(0, 8).Select(i => i == k ? 1.0 : 0.0)], weights);
            mixed.Forward(new Pass(Training: true));
            Assert.Equal(Get(mixed.Operations[k].Dst), Get(mixed.Dst));
        }
    }

    [Fact]
    public void The_gradient_of_a_weight_is_the_product_of_its_output_with_the_upstream_gradient()
    {
        using var plan = Build(1, dropPath: false, out var mixed);
        backend.Upload<double>([.. Enumerable.Repeat(0.125, 8)], weights);
        mixed.Forward(new Pass(Training: true));
        var outputs = mixed.Operations.Select(o => Get(o.Dst)).ToArray();
        var upstream = Draw(mixed.Dst.Shape.Count, 5);
        backend.WriteImages(upstream, mixed.Dst.Diff!);
        mixed.Backward(new Pass(Training: true), accumulate: false);
        var gradient = Get(weights.Diff!);
        for (var k = 0; k < 8; k++) Assert.Equal(outputs[k].Zip(upstream, (y, d) => y * d).Sum(), gradient[k], 9);
        Assert.Equal(0, gradient[mixed.Path(Primitives.None)]);
    }

    [Fact]
    public void Drop_path_spares_the_identity_and_none()
    {
        using var plan = Build(1, dropPath: true, out var mixed);
        mixed.SetDropPath(0.999999);
        backend.Upload<double>([.. Enumerable.Repeat(1.0, 8)], weights);
        mixed.Forward(new Pass(Training: true));
        Assert.Equal(Get(mixed.Src), Get(mixed.Dst));
        mixed.SetDropPath(0);
        mixed.Forward(new Pass(Training: true));
        Assert.NotEqual(Get(mixed.Src), Get(mixed.Dst));
    }

    private MemoryPlan<double> Build(int stride, bool dropPath, out MixedOp<double> mixed)
    {
        mixed = new MixedOp<double>(parameters, "", 4, stride, architecture, 0, dropPath);
        parameters.Commit(backend);
        parameters.Initialize(1);
        var plan = new MemoryPlan<double>(backend, 2);
        var src = plan.ActivationWithDiff("src", 4, 6, 6);
        mixed.Plan(plan, src);
        plan.Commit();
        backend.WriteImages(Draw(src.Shape.Count, 3), src);
        return plan;
    }

    private double[] Get(Tensor<double> tensor)
    {
        var values = new double[tensor.Shape.Count];
        backend.Download<double>(tensor, values);
        return values;
    }

    private static double[] Draw(long count, ulong seed)
    {
        var random = new CounterRandom(seed, RandomStream.Augmentation);
        var values = new double[count];
        for (var i = 0; i < count; i++) values[i] = random.NextNormal();
        return values;
    }
}
