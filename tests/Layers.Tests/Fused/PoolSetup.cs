using System.Numerics;
using MIOpenDarts.Layers.Backends;
using MIOpenDarts.Layers.Tensors;

namespace MIOpenDarts.Layers.Tests.Fused;

/// <summary>3x3 pools of a state that so many edges use.</summary>
public sealed record PoolCase(int N, int C, int H, int W, int Stride, int MaxEdges, int AverageEdges);

internal sealed class PoolSetup<T> : FusedSetup<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly SharedPools<T> pools;
    private readonly Operation<T> operation;

    public PoolSetup(Backend<T> backend, PoolCase c)
        : base(backend, c.N)
    {
        Terms = c.N * c.H * c.W + 9 * (c.MaxEdges + c.AverageEdges);
        var window = Window2D.Square(3, c.Stride, 1);
        var (h, w) = (window.OutputHeight(c.H), window.OutputWidth(c.W));
        var (max, average) = (Plan.Activation("max", c.C, h, w), Plan.Activation("average", c.C, h, w));
        pools = new SharedPools<T>
        {
            Src = Plan.ActivationWithDiff("x", c.C, c.H, c.W),
            Window = window,
            Max = max,
            Indices = Plan.PerImage<byte>("indices", c.C, h, w),
            Average = average,
            MaxEdges = new([.. Enumerable.Range(0, c.MaxEdges).Select(i => Edge(max, $"max {i}."))]),
            AverageEdges = new([.. Enumerable.Range(0, c.AverageEdges).Select(i => Edge(average, $"average {i}."))]),
        };
        operation = backend.PlanSharedPools(Plan, pools);
        Commit();
        Randomize(pools.Src);
        Randomize(pools.Src.Diff!);
        foreach (var edge in Edges(pools))
        {
            Randomize(edge.Diff!);
            RandomizeGradient(edge);
        }
    }

    public override double Terms { get; }

    public override void Forward(bool training = true) => operation.Forward(training);

    public override void Backward(bool weightGradients = true) => operation.Backward(weightGradients);

    public override IEnumerable<(string Name, double[] Values)> Results()
    {
        if (pools.MaxEdges.All.Count > 0) yield return ("max", Image(pools.Max));
        if (pools.AverageEdges.All.Count > 0) yield return ("average", Image(pools.Average));
        yield return ("dx", Image(pools.Src.Diff!));
        foreach (var edge in Edges(pools))
        {
            yield return ("mean", Vector(edge.Norm.Mean));
            yield return ("inverse deviation", Vector(edge.Norm.InverseDeviation));
            yield return ("running mean", Vector(edge.Norm.RunningMean));
            yield return ("running variance", Vector(edge.Norm.RunningVariance));
            yield return ("batches", [edge.Norm.BatchesTracked]);
        }
    }

    private static IEnumerable<DeferredBatchNorm<T>> Edges(SharedPools<T> pools) => [.. pools.MaxEdges.All, .. pools.AverageEdges.All];

    private DeferredBatchNorm<T> Edge(Tensor<T> value, string name)
    {
        var shape = value.Capacity;
        var v = new DeferredBatchNorm<T>(value, new BatchNormState<T>(Parameters, name, shape.C, affine: false))
        { Diff = Plan.Activation("d " + name, shape.C, shape.H, shape.W) };
        v.Plan(Plan);
        return v;
    }
}
