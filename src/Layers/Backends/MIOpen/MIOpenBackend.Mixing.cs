using MIOpenDarts.Layers.Backends.MIOpen.Kernels;
using MIOpenDarts.Layers.Tensors;

namespace MIOpenDarts.Layers.Backends.MIOpen;

public sealed partial class MIOpenBackend
{
    /// <inheritdoc/>
    public override void NodeSumForward(NodeSum<float> mixture)
    {
        for (var branches = mixture.Branches; branches.Length > 0;)
        {
            var some = branches[..NodeSum<float>.SameNode(branches)];
            branches = branches[some.Length..];
            if (mixture.Accumulate || some.Length > MixTable.Most)
            {
                base.NodeSumForward(new NodeSum<float>(some, mixture.Weights, mixture.Scratch, mixture.Accumulate));
                continue;
            }

            var dst = some[0].Dst!;
            var table = MixOf(some, mixture.Weights, dst.Shape);
            table.Node = dst.Address;
            Arguments.Add(table);
            Launch("mix_forward", Groups(table.Count), table.Channels, moved: (some.Length + 1) * dst.Shape.Count);
        }
    }

    /// <inheritdoc/>
    public override void NodeSumBackward(NodeSum<float> mixture)
    {
        var branches = mixture.Branches;
        var (weights, diffWeights) = (mixture.Weights, mixture.Weights.Diff!);
        while (branches.Length > 0)
        {
            var some = branches[..Math.Min(branches.Length, MixTable.Most)];
            var table = MixOf(some, weights, some[0].Dst!.Shape);
            AddNodes(ref table, ref some);
            var groups = Groups(table.Count, StatisticsPixels);
            var row = groups * table.Channels * sizeof(float);
            var sums = memory.Scratch((long)row * (some.Length + table.NodeCount));
            var products = sums + row * table.NodeCount;
            var gradients = new GradientTable
            {
                Channels = table.Channels,
                Groups = groups,
                Count = table.Count,
                Weights = weights.Address,
                DiffWeights = diffWeights.Address,
            };
            nint identity = 0;
            var identities = 0;
            for (int k = 0, node = 0; k < some.Length; k++, products += row)
            {
                if (k >= table.Nodes[node].End) (node, sums) = (node + 1, sums + row);
                table.Nodes[node].Sums = sums;
                table.Branches[k].Products = products;
                if (table.Branches[k].Diff != 0 && table.Branches[k].Diff != identity)
                {
                    identities++;
                    identity = table.Branches[k].Diff;
                }

                gradients.Of[k] = some[k].Normalized is { } v
                    ? GradientOf(v, some[k].Index, sums, products)
                    : new GradientOf { Sums = sums, Products = products, Index = some[k].Index };
            }

            Arguments.Add(table);
            Launch("mix_backward", groups, table.Channels, moved: (some.Length + table.NodeCount + 2 * identities) * some[0].Dst!.Shape.Count);
            FinishGradients(gradients, some.Length);
            branches = branches[some.Length..];
        }
    }

    /// <summary>Lists the nodes that the branches enter, as many as fit.</summary>
    private static void AddNodes(ref MixTable table, ref ReadOnlySpan<NodeSumTerm<float>> branches)
    {
        for (var k = 0; k < branches.Length; k++)
        {
            var diff = branches[k].Dst!.Diff!.Address;
            if (k == 0 || diff != table.Nodes[table.NodeCount - 1].Diff)
            {
                if (table.NodeCount == MixTable.MostNodes)
                {
                    branches = branches[..k];
                    return;
                }

                table.Nodes[table.NodeCount++] = new MixNode { Diff = diff, First = k };
            }

            table.Nodes[table.NodeCount - 1].End = k + 1;
        }
    }

    private static MixTable MixOf(ReadOnlySpan<NodeSumTerm<float>> branches, Tensor<float> weights, Shape shape)
    {
        var table = new MixTable
        {
            Weights = weights.Address,
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
