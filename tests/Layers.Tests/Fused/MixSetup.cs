using System.Numerics;
using MIOpenDarts.Layers.Backends;
using MIOpenDarts.Layers.Tensors;

namespace MIOpenDarts.Layers.Tests.Fused;

/// <summary>A node of [N,C,H,W] with as many batch-normed branches, then as many identities.</summary>
public sealed record MixCase(int N, int C, int H, int W, int Normalized, int Identities);

internal sealed class MixSetup<T> : FusedSetup<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly MixBranch<T>[] branches;
    private readonly Tensor<T> weights;
    private readonly Tensor<T> node;
    private readonly Tensor<T> scratch;

    public MixSetup(Backend<T> backend, MixCase c)
        : base(backend, c.N)
    {
        node = Plan.ActivationWithDiff("node", c.C, c.H, c.W);
        scratch = Plan.Activation("scratch", c.C, c.H, c.W);
        weights = Parameters.AddParameter("alpha", new Shape(1, c.Normalized + c.Identities, 1, 1), Initializer.FanIn);
        branches = [.. Enumerable.Range(0, c.Normalized + c.Identities).Select(k => Branch(k, c))];
        Commit();
        Randomize(weights);
        Randomize(node.Diff!);
        foreach (var b in branches)
        {
            if (b.Normalized is { } v)
            {
                Randomize(v.Value, 1, 2);
                backend.NormalizationStatistics(v.Value, v.Norm);
                continue;
            }

            Randomize(b.Identity!);
            Randomize(b.Identity!.Diff!);
        }
    }

    public override void Forward(bool training = true) => Backend.MixForward(branches, weights, node, scratch);

    public override void Backward(bool weightGradients = true) => Backend.MixBackward(branches, weights, node.Diff!, weights.Diff!);

    public override IEnumerable<(string Name, double[] Values)> Results()
    {
        yield return ("node", Image(node));
        yield return ("d alpha", Vector(weights.Diff!));
        foreach (var b in branches)
        {
            if (b.Normalized is { } v)
            {
                yield return ("diff scale", Vector(v.DiffScale));
                yield return ("value scale", Vector(v.ValueScale));
                yield return ("offset", Vector(v.Offset));
            }
            else
            {
                yield return ("d identity", Image(b.Identity!.Diff!));
            }
        }
    }

    private MixBranch<T> Branch(int k, MixCase c)
    {
        if (k >= c.Normalized) return new MixBranch<T>(k, null, Plan.ActivationWithDiff($"x{k}", c.C, c.H, c.W));
        var v = new NormalizedTensor<T>(Plan.Activation($"z{k}", c.C, c.H, c.W), new Normalization<T>(Parameters, $"{k}.", c.C, affine: false)) { Diff = node.Diff };
        v.Plan(Plan);
        return new MixBranch<T>(k, v, null);
    }
}
