using System.Numerics;
using MIOpenDarts.Layers.Backends;
using MIOpenDarts.Layers.Tensors;

namespace MIOpenDarts.Layers.Tests.Fused;

/// <summary>One branch: filter size (0: none), dilation and output channels; padding keeps the size.</summary>
public sealed record BranchCase(int Kernel, int Dilation, int Outputs);

/// <summary>Branches that share a source or, where it is normalised, have one each.</summary>
public sealed record SeparableCase(int N, int C, int H, int W, int Stride, bool Normalized, bool NeedsDiff, params BranchCase[] Branches)
    : FusedCase
{
    /// <summary>Segments of the source, where they are several: of branches without depthwise filter.</summary>
    public int Segments { get; init; } = 1;

    internal override FusedSetup<T> Prepare<T>(Backend<T> backend, params int[][] parts) => new SeparableSetup<T>(backend, this, parts);

    public override string ToString() =>
        $"[{N},{C},{H},{W}]{(Segments > 1 ? $" in {Segments} segments" : "")} stride " +
            $"{Stride}{(Normalized ? " normalized" : "")}{(NeedsDiff ? "" : " no diff")}: {string.Join(", ", Branches.AsEnumerable())}";
}

internal sealed class SeparableSetup<T> : FusedSetup<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly SeparableBranch<T>[] branches;
    private readonly ActiveList<SeparableBranch<T>> active = new();
    private readonly Tensor<T>[] sources;
    private readonly DeferredBatchNorm<T>[] normalized = [];

    public SeparableSetup(Backend<T> backend, SeparableCase c, params int[][] parts)
        : base(backend, c.N)
    {
        Terms = c.N * c.H * c.W + c.C + c.Branches.Sum(b => b.Kernel * b.Kernel + b.Outputs);
        sources = [.. Enumerable.Range(0, c.Normalized ? c.Branches.Length : 1).Select(
            i => c.NeedsDiff && !c.Normalized ? Source($"x{i}", c.Segments, c.C, c.H, c.W) : Plan.Activation($"x{i}", c.C, c.H, c.W))];
        if (c.Normalized) normalized = [.. sources.Select((s, i) => Normalized(s, i))];
        branches = [.. c.Branches.Select((b, i) => Branch(b, i, c))];
        foreach (var part in Parts(branches, parts)) backend.PlanSeparable(Plan, active = new(part));
        Commit();
        if (!c.Normalized) Randomize(sources[0]);
        if (sources[0].Diff is { } diff) Randomize(diff);
        foreach (var v in normalized)
        {
            RandomizeAroundMeans(v.Value, v.Norm.Mean);
            Randomize(v.Norm.InverseDeviation, 0.1f, 1);
        }

        foreach (var b in branches)
        {
            if (b.Depthwise is not null) RandomizeFilter(b.Depthwise);
            RandomizeFilter(b.Pointwise);
            Randomize(b.Dst.Diff!);
            RandomizeGradient(b.Dst);
        }
    }

    public override double Terms { get; }

    public override int Items => branches.Length;

    public override void Choose(IEnumerable<int> chosen) => Choose(active, chosen);

    /// <summary>Draws other sources.</summary>
    public void Randomize()
    {
        foreach (var source in sources) Randomize(source);
    }

    public override IEnumerable<(string Name, double[] Values)> Results()
    {
        if (sources[0].Diff is { } diff) yield return ("d src", Image(diff));
        for (var i = 0; i < normalized.Length; i++)
        {
            var v = normalized[i];
            yield return ($"d normalized {i}", Image(v.Diff!));
            yield return ($"gradient factor of dy {i}", Vector(v.Gradient.Dy));
            yield return ($"gradient factor of z {i}", Vector(v.Gradient.Z));
            yield return ($"gradient constant {i}", Vector(v.Gradient.Constant));
        }

        for (var i = 0; i < branches.Length; i++)
        {
            var b = branches[i];
            yield return ($"z {i}", Image(b.Dst.Value));
            yield return ($"mean {i}", Vector(b.Dst.Norm.Mean));
            yield return ($"inverse deviation {i}", Vector(b.Dst.Norm.InverseDeviation));
            yield return ($"running mean {i}", Vector(b.Dst.Norm.RunningMean));
            yield return ($"running variance {i}", Vector(b.Dst.Norm.RunningVariance));
            yield return ($"batches {i}", [b.Dst.Norm.BatchesTracked]);
            yield return ($"d pointwise {i}", Vector(b.Pointwise.Diff!));
            if (b.Depthwise is not null) yield return ($"d depthwise {i}", Vector(b.Depthwise.Diff!));
        }
    }

    private DeferredBatchNorm<T> Normalized(Tensor<T> src, int i)
    {
        var c = src.Capacity;
        var v = new DeferredBatchNorm<T>(src, new BatchNormState<T>(Parameters, $"src{i}.", c.C, affine: false))
        { Diff = Plan.Activation($"dx{i}", c.C, c.H, c.W) };
        v.Plan(Plan);
        return v;
    }

    private SeparableBranch<T> Branch(BranchCase b, int i, SeparableCase c)
    {
        var window = b.Kernel == 0 ? Window2D.Point : Window2D.Square(b.Kernel, c.Stride, b.Dilation * (b.Kernel - 1) / 2, b.Dilation);
        var norm = new BatchNormState<T>(Parameters, $"{i}.", b.Outputs, affine: false);
        var z = Plan.Activation($"z{i}", b.Outputs, window.OutputHeight(c.H), window.OutputWidth(c.W));
        var dst = new DeferredBatchNorm<T>(z, norm) { Diff = Plan.Activation($"dz{i}", b.Outputs, z.Capacity.H, z.Capacity.W) };
        dst.Plan(Plan);
        return new SeparableBranch<T>
        {
            Src = sources[c.Normalized ? i : 0],
            NormalizedSrc = c.Normalized ? normalized[i] : null,
            Depthwise = b.Kernel == 0 ? null : Parameters.AddParameter($"{i}.dw", new Shape(c.C, 1, b.Kernel, b.Kernel), Initializer.FanIn),
            Pointwise = Parameters.AddParameter($"{i}.pw", new Shape(b.Outputs, c.C, 1, 1), Initializer.FanIn),
            Window = window,
            Dst = dst,
        };
    }
}
