using MIOpenDarts.Layers.Backends;
using MIOpenDarts.Layers.Tensors;

namespace MIOpenDarts.Darts.Benchmarks.Operations;

/// <summary>A 3x3 pool. An index of the max pool is a byte, a quarter of a number.</summary>
internal sealed class PoolCase(bool max, int stride) : OperationCase($"{(max ? "max" : "avg")}_pool{(stride > 1 ? "_stride2" : "")}")
{
    private readonly Window2D window = Window2D.Square(3, stride, 1);

    public override Work Forward(Geometry g) => Work.From(0, g.Count + (max ? 1.25 : 1) * g.Strided(stride).Count);

    public override Work Backward(Geometry g) => Forward(g);

    private protected override (Action Forward, Action Backward) Build(Workbench bench, Geometry g)
    {
        var (src, dst) = (bench.Images(g), bench.Images(g.Strided(stride)));
        if (!max) return Passes(bench.Backend.PlanAveragePool(bench.Plan, src, dst, window));
        var (_, c, h, w) = dst.Capacity;
        return Passes(bench.Backend.PlanMaxPool(bench.Plan, src, dst, bench.Plan.PerImage<byte>("indices", c, h, w), window));
    }
}

/// <summary>Mean over all pixels.</summary>
internal sealed class GlobalAverageCase() : OperationCase("global_average")
{
    public override Work Forward(Geometry g) => Work.From(0, g.Count + (double)g.Batch * g.Channels);

    public override Work Backward(Geometry g) => Forward(g);

    private protected override (Action Forward, Action Backward) Build(Workbench bench, Geometry g)
    {
        var (src, dst) = (bench.Images(g), bench.Images(g.Channels, 1));
        return Passes(bench.Backend.PlanGlobalAverage(bench.Plan, src, dst));
    }
}

/// <summary>Both pools of a state with the batch norms of the <paramref name="edges"/> that use them.</summary>
internal sealed class SharedPoolsCase(int edges) : OperationCase("pools_of_a_state")
{
    // The source, both pools and the indices; and in the backward pass the node's gradient of every edge, both raw values and a gradient
    // that is added to.
    public override Work Forward(Geometry g) => Work.From(0, 3.25 * g.Count);

    public override Work Backward(Geometry g) => Work.From(0, (edges + 4.25) * g.Count);

    private protected override (Action Forward, Action Backward) Build(Workbench bench, Geometry g)
    {
        var (max, average) = (bench.Images(g), bench.Images(g));
        Tensor<float>[] nodes = [.. Enumerable.Range(0, edges).Select(_ => bench.Images(g).Diff!)];
        var pools = bench.Backend.PlanSharedPools(bench.Plan, new SharedPools<float>
        {
            Src = bench.Images(g),
            Window = Window2D.Square(3, 1, 1),
            Max = max,
            Indices = bench.Plan.PerImage<byte>("indices", g.Channels, g.Size, g.Size),
            Average = average,
            MaxEdges = new([.. nodes.Select(d => bench.Normalized(max, d))]),
            AverageEdges = new([.. nodes.Select(d => bench.Normalized(average, d))]),
        });
        return (() => pools.Forward(training: true), () => pools.Backward(weightGradients: true));
    }
}
