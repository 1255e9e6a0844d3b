using System.Numerics;
using MIOpenDarts.Layers.Backends;
using MIOpenDarts.Layers.Tensors;

namespace MIOpenDarts.Layers.Tests.Fused;

/// <summary>Factorized reductions of one source [N,C,H,W] to so many channels each.</summary>
public sealed record HalvingCase(int N, int C, int H, int W, params int[] Outputs)
{
    /// <summary>Planes of the source.</summary>
    public int Planes { get; init; } = 1;

    public override string ToString() => $"[{N},{C},{H},{W}]{(Planes > 1 ? $" in {Planes} planes" : "")} to {string.Join(", ", Outputs)}";
}

internal sealed class HalvingSetup<T> : FusedSetup<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly HalvingBranch<T>[] branches;
    private readonly Tensor<T> src;
    private readonly Tensor<T> rectified;
    private readonly Tensor<T> diffRectified;

    public HalvingSetup(Backend<T> backend, HalvingCase c)
        : base(backend, c.N)
    {
        Terms = c.N * c.H * c.W + c.C + c.Outputs.Sum();
        src = Source("x", c.Planes, c.C, c.H, c.W);
        rectified = Plan.Activation("rectified", c.C, c.H, c.W);
        diffRectified = Plan.Activation("d rectified", c.C, c.H, c.W);
        branches = [.. c.Outputs.Select((outputs, i) => Branch(outputs, i, c))];
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

    public override void Forward(bool training = true) => Backend.HalvingsForward(src, branches, rectified, training);

    public override void Backward(bool weightGradients = true) => Backend.HalvingsBackward(src, branches, rectified, diffRectified, weightGradients);

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

    private HalvingBranch<T> Branch(int outputs, int i, HalvingCase c)
    {
        var (h, w) = ((c.H + 1) / 2, (c.W + 1) / 2);
        var z = Plan.Activation($"z{i}", outputs, h, w);
        var dst = new NormalizedTensor<T>(z, new Normalization<T>(Parameters, $"{i}.", outputs, affine: false)) { Diff = Plan.Activation($"dz{i}", outputs, h, w) };
        dst.Plan(Plan);
        return new HalvingBranch<T>(
            Parameters.AddParameter($"{i}.even", new Shape(outputs / 2, c.C, 1, 1), Initializer.FanIn),
            Parameters.AddParameter($"{i}.odd", new Shape(outputs - outputs / 2, c.C, 1, 1), Initializer.FanIn), dst,
            Plan.Activation($"scratch{i}", outputs, h, w));
    }
}
