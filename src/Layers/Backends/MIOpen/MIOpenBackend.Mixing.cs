using MIOpenDarts.Layers.Backends.MIOpen.Kernels;
using MIOpenDarts.Layers.Tensors;

namespace MIOpenDarts.Layers.Backends.MIOpen;

public sealed partial class MIOpenBackend
{
    /// <inheritdoc/>
    public override void MixForward(ReadOnlySpan<MixBranch<float>> branches, Tensor<float> weights, Tensor<float> dst, Tensor<float> scratch)
    {
        if (branches.Length > MixTable.Most)
        {
            base.MixForward(branches, weights, dst, scratch);
            return;
        }

        var table = MixOf(branches, weights, dst);
        Arguments.Add(table);
        Launch("mix_forward", Groups(table.Count), table.Channels, moved: (branches.Length + 1) * dst.Shape.Count);
    }

    /// <inheritdoc/>
    public override void MixBackward(ReadOnlySpan<MixBranch<float>> branches, Tensor<float> weights, Tensor<float> diffDst, Tensor<float> diffWeights)
    {
        while (branches.Length > 0)
        {
            var some = branches[..Math.Min(branches.Length, MixTable.Most)];
            var table = MixOf(some, weights, diffDst);
            var groups = Groups(table.Count, StatisticsPixels);
            var row = groups * table.Channels * sizeof(float);
            table.Sums = memory.Scratch((long)row * (some.Length + 1));
            var gradients = new GradientTable
            {
                Channels = table.Channels,
                Groups = groups,
                Count = table.Count,
                Weights = weights.Address,
                DiffWeights = diffWeights.Address,
            };
            var identities = 0;
            for (var k = 0; k < some.Length; k++)
            {
                if (some[k].Normalized is null) identities++;
                var products = table.Sums + row * (k + 1);
                table.Branches[k].Products = products;
                gradients.Of[k] = some[k].Normalized is { } v
                    ? GradientOf(v, some[k].Index, table.Sums, products)
                    : new GradientOf { Sums = table.Sums, Products = products, Index = some[k].Index };
            }

            Arguments.Add(table);
            Launch("mix_backward", groups, table.Channels, moved: (some.Length + 1 + 2 * identities) * diffDst.Shape.Count);
            FinishGradients(gradients, some.Length);
            branches = branches[some.Length..];
        }
    }

    private static MixTable MixOf(ReadOnlySpan<MixBranch<float>> branches, Tensor<float> weights, Tensor<float> node)
    {
        var shape = node.Shape;
        var table = new MixTable
        {
            Weights = weights.Address,
            Node = node.Address,
            Used = branches.Length,
            Channels = shape.C,
            Pixels = shape.Pixels,
            Count = shape.N * shape.Pixels,
        };
        for (var k = 0; k < branches.Length; k++)
        {
            var b = branches[k];
            table.Branches[k] = b.Normalized is { } v
                ? new MixTerm
                {
                    Value = v.Value.Address,
                    Mean = v.Norm.Mean.Address,
                    Inverse = v.Norm.InverseDeviation.Address,
                    Index = b.Index,
                    Applied = Flag(v.Applied),
                }
                : new MixTerm { Value = b.Identity!.Address, Diff = Address(b.Identity.Diff), Index = b.Index };
        }

        return table;
    }
}
