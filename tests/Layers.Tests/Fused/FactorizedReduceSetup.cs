using System.Numerics;
using MIOpenDarts.Layers.Backends;
using MIOpenDarts.Layers.Tensors;

namespace MIOpenDarts.Layers.Tests.Fused;

/// <summary>Factorized reductions of one source [N,C,H,W] to so many channels each.</summary>
public sealed record FactorizedReduceCase(int N, int C, int H, int W, params int[] Outputs) : FusedCase
{
    /// <summary>Segments of the source.</summary>
    public int Segments { get; init; } = 1;

    internal override FusedSetup<T> Prepare<T>(Backend<T> backend, params int[][] parts) =>
        new FactorizedReduceSetup<T>(backend, this, parts);

    public override string ToString() =>
        $"[{N},{C},{H},{W}]{(Segments > 1 ? $" in {Segments} segments" : "")} to {string.Join(", ", Outputs)}";
}

internal sealed class FactorizedReduceSetup<T> : FusedSetup<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly FactorizedReduceBranch<T>[] branches;
    private readonly Tensor<T> src;
    private readonly ActiveList<FactorizedReduceBranch<T>> active = new();

    public FactorizedReduceSetup(Backend<T> backend, FactorizedReduceCase c, params int[][] parts)
        : base(backend, c.N)
    {
        Terms = c.N * c.H * c.W + c.C + c.Outputs.Sum();
        src = Source("x", c.Segments, c.C, c.H, c.W);
        branches = [.. c.Outputs.Select((outputs, i) => Branch(outputs, i, c))];
        foreach (var part in Parts(branches, parts)) backend.PlanFactorizedReduce(Plan, src, active = new(part));
        Commit();
        Randomize(src);
        Randomize(src.Diff!);
        foreach (var b in branches)
        {
            RandomizeFilter(b.Even);
            RandomizeFilter(b.Odd);
            Randomize(b.Dst.Diff!);
            RandomizeGradient(b.Dst);
        }
    }

    public override double Terms { get; }

    public override int Items => branches.Length;

    public override void Choose(IEnumerable<int> chosen) => Choose(active, chosen);

    public override IEnumerable<(string Name, double[] Values)> Results()
    {
        yield return ("d src", Image(src.Diff!));
        for (var i = 0; i < branches.Length; i++)
        {
            var b = branches[i];
            yield return ($"z {i}", Image(b.Dst.Value));
            yield return ($"mean {i}", Vector(b.Dst.Norm.Mean));
            yield return ($"d even {i}", Vector(b.Even.Diff!));
            yield return ($"d odd {i}", Vector(b.Odd.Diff!));
        }
    }

    private FactorizedReduceBranch<T> Branch(int outputs, int i, FactorizedReduceCase c)
    {
        var (h, w) = ((c.H + 1) / 2, (c.W + 1) / 2);
        var z = Plan.Activation($"z{i}", outputs, h, w);
        var dst = new DeferredBatchNorm<T>(z, new BatchNormState<T>(Parameters, $"{i}.", outputs, affine: false))
        { Diff = Plan.Activation($"dz{i}", outputs, h, w) };
        dst.Plan(Plan);
        return new FactorizedReduceBranch<T>(
            Parameters.AddParameter($"{i}.even", new Shape(outputs / 2, c.C, 1, 1), Initializer.FanIn),
            Parameters.AddParameter($"{i}.odd", new Shape(outputs - outputs / 2, c.C, 1, 1), Initializer.FanIn), dst);
    }
}
