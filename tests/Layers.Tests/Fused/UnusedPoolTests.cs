using MIOpenDarts.Layers.Backends;
using MIOpenDarts.Layers.Backends.Cpu;
using MIOpenDarts.Layers.Backends.Reference;
using MIOpenDarts.Layers.Tensors;

namespace MIOpenDarts.Layers.Tests.Fused;

/// <summary>A search that draws one operation of an edge must not pay for a pool that no edge has drawn.</summary>
public class UnusedPoolTests
{
    [Theory]
    [InlineData("reference", true)]
    [InlineData("reference", false)]
    [InlineData("cpu", true)]
    [InlineData("cpu", false)]
    public void A_pool_without_edges_is_not_computed(string name, bool max)
    {
        using Backend<float> backend = name == "cpu" ? CpuBackend.Create(2) : new ReferenceBackend<float>();
        using var parameters = new ParameterSet<float>();
        using var plan = new MemoryPlan<float>(backend, 2);
        var (used, unused) = (plan.Activation("used", 4, 5, 6), plan.Activation("unused", 4, 5, 6));
        var edge = new DeferredBatchNorm<float>(used, new BatchNormState<float>(parameters, "norm.", 4, affine: false));
        edge.Plan(plan);
        var pools = new SharedPools<float>
        {
            Src = plan.ActivationWithDiff("src", 4, 5, 6),
            Window = Window2D.Square(3, 1, 1),
            Indices = plan.PerImage<byte>("indices", 4, 5, 6),
            Max = max ? used : unused,
            Average = max ? unused : used,
            MaxEdges = max ? new(edge) : new(),
            AverageEdges = max ? new() : new(edge),
        };
        var operation = backend.PlanSharedPools(plan, pools);
        parameters.Commit(backend);
        parameters.Initialize(1);
        plan.Commit();
        backend.Fill(unused, 7);
        backend.Fill(pools.Src, 3);
        operation.Forward(training: true);
        // The largest of equal values is one of them. A mean is a sum of small integers, which is exact, times the product of 1/rows and
        // 1/columns: four roundings, each of at most 2⁻²⁴ of the result.
        var bound = max ? 0 : 4 * 3 * MathF.Pow(2, -24);
        Assert.All(Read(backend, used), value => Assert.InRange(value, 3 - bound, 3 + bound));
        Assert.All(Read(backend, unused), value => Assert.Equal(7, value));
    }

    private static float[] Read(Backend<float> backend, Tensor<float> tensor)
    {
        var values = new float[tensor.Shape.Count];
        backend.ReadImages(tensor, values);
        return values;
    }
}
