using System.Numerics;
using MIOpenDarts.Layers.Backends;
using MIOpenDarts.Layers.Tensors;

namespace MIOpenDarts.Layers.Tests.Fused;

/// <summary>3x3 pools of a state that so many edges use.</summary>
public sealed record PoolCase(int N, int C, int H, int W, int Stride, int MaxEdges, int AverageEdges) : FusedCase
{
    internal override FusedSetup<T> Prepare<T>(Backend<T> backend, params int[][] parts) => new PoolSetup<T>(backend, this, parts);
}

internal sealed class PoolSetup<T> : FusedSetup<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly DeferredBatchNorm<T>[] edges;
    private readonly int maxEdges;
    private readonly Tensor<T> src;
    private readonly Tensor<T> max;
    private readonly Tensor<T> average;
    private readonly ActiveList<DeferredBatchNorm<T>> ofMax = new();
    private readonly ActiveList<DeferredBatchNorm<T>> ofAverage = new();

    public PoolSetup(Backend<T> backend, PoolCase c, params int[][] parts)
        : base(backend, c.N)
    {
        Terms = c.N * c.H * c.W + 9 * (c.MaxEdges + c.AverageEdges);
        var window = Window2D.Square(3, c.Stride, 1);
        var (h, w) = (window.OutputHeight(c.H), window.OutputWidth(c.W));
        (max, average) = (Plan.Activation("max", c.C, h, w), Plan.Activation("average", c.C, h, w));
        src = Plan.ActivationWithDiff("x", c.C, c.H, c.W);
        var indices = Plan.PerImage<byte>("indices", c.C, h, w);
        maxEdges = c.MaxEdges;
        edges = [.. Enumerable.Range(0, c.MaxEdges).Select(i => Edge(max, $"max {i}.")),
            .. Enumerable.Range(0, c.AverageEdges).Select(i => Edge(average, $"average {i}."))];
        foreach (var part in Parts(edges, parts))
        {
            backend.PlanSharedPools(Plan, new SharedPools<T>
            {
                Src = src,
                Window = window,
                Max = max,
                Indices = indices,
                Average = average,
                MaxEdges = ofMax = new([.. part.Where(e => e.Value == max)]),
                AverageEdges = ofAverage = new([.. part.Where(e => e.Value == average)]),
            });
        }

        Commit();
        Randomize(src);
        Randomize(src.Diff!);
        foreach (var edge in edges)
        {
            Randomize(edge.Diff!);
            RandomizeGradient(edge);
        }
    }

    public override double Terms { get; }

    public override int Items => edges.Length;

    public override void Choose(IEnumerable<int> chosen)
    {
        Choose(ofMax, chosen.Where(i => i < maxEdges));
        Choose(ofAverage, chosen.Where(i => i >= maxEdges).Select(i => i - maxEdges));
    }

    public override IEnumerable<(string Name, double[] Values)> Results()
    {
        if (maxEdges > 0) yield return ("max", Image(max));
        if (maxEdges < edges.Length) yield return ("average", Image(average));
        yield return ("dx", Image(src.Diff!));
        foreach (var edge in edges)
        {
            yield return ("mean", Vector(edge.Norm.Mean));
            yield return ("inverse deviation", Vector(edge.Norm.InverseDeviation));
            yield return ("running mean", Vector(edge.Norm.RunningMean));
            yield return ("running variance", Vector(edge.Norm.RunningVariance));
            yield return ("batches", [edge.Norm.BatchesTracked]);
        }
    }

    private DeferredBatchNorm<T> Edge(Tensor<T> value, string name)
    {
        var shape = value.Capacity;
        var v = new DeferredBatchNorm<T>(value, new BatchNormState<T>(Parameters, name, shape.C, affine: false))
        { Diff = Plan.Activation("d " + name, shape.C, shape.H, shape.W) };
        v.Plan(Plan);
        return v;
    }
}
