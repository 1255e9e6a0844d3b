using MIOpenDarts.Layers.Backends.Composed;
using MIOpenDarts.Layers.Backends.MIOpen.Kernels;
using MIOpenDarts.Layers.Tensors;

namespace MIOpenDarts.Layers.Backends.MIOpen;

internal sealed partial class MIOpenBackend
{
    /// <inheritdoc/>
    internal override Operation<float> PlanNodeSum(MemoryPlan<float> plan, NodeSum<float> sum) =>
        plan.Add(new NodeSumOperation(this, plan, sum));

    private sealed class NodeSumOperation(MIOpenBackend backend, MemoryPlan<float> plan, NodeSum<float> sum) : Operation<float>
    {
        private readonly ComposedNodeSum<float> composed = new(plan, sum);

        public override string Describe() => $"hip, a launch for each node: {sum.Describe()}";

        public override void Forward(bool training)
        {
            for (var terms = sum.Terms.Active; terms.Length > 0;)
            {
                var some = terms[..NodeSum<float>.SameNode(terms)];
                terms = terms[some.Length..];
                if (sum.Accumulate || some.Length > NodeSumTable.Capacity) composed.Forward(some, sum.Accumulate);
                else backend.NodeSumForward(some, sum.Weights);
            }
        }

        public override void Backward(bool weightGradients) => backend.NodeSumBackward(sum.Terms.Active, sum.Weights);
    }

    private void NodeSumForward(ReadOnlySpan<NodeSumTerm<float>> terms, Tensor<float> weights)
    {
        var dst = terms[0].Dst!;
        var table = NodeSumOf(terms, weights, dst.Shape);
        table.Node = dst.Address;
        Arguments.Add(table);
        Launch("node_sum_forward", Groups(table.Count), table.Channels, moved: (terms.Length + 1) * dst.Shape.Count);
    }

    private void NodeSumBackward(ReadOnlySpan<NodeSumTerm<float>> branches, Tensor<float> weights)
    {
        var diffWeights = weights.Diff!;
        while (branches.Length > 0)
        {
            var some = branches[..Math.Min(branches.Length, NodeSumTable.Capacity)];
            var table = NodeSumOf(some, weights, some[0].Dst!.Shape);
            AddNodes(ref table, ref some);
            var groups = Groups(table.Count, KernelConstants.StatisticsPixels);
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
                table.Terms[k].Products = products;
                if (table.Terms[k].Diff != 0 && table.Terms[k].Diff != identity)
                {
                    identities++;
                    identity = table.Terms[k].Diff;
                }

                gradients.Terms[k] = some[k].Normalized is { } v
                    ? TermOf(v, some[k].Index, sums, products)
                    : new GradientTerm { Sums = sums, Products = products, Index = some[k].Index };
            }

            Arguments.Add(table);
            Launch("node_sum_backward", groups, table.Channels,
                moved: (some.Length + table.NodeCount + 2 * identities) * some[0].Dst!.Shape.Count);
            FinishGradients(ref gradients, some.Length);
            branches = branches[some.Length..];
        }
    }

    /// <summary>Lists the nodes that the branches enter, as many as fit.</summary>
    private static void AddNodes(ref NodeSumTable table, ref ReadOnlySpan<NodeSumTerm<float>> branches)
    {
        for (var k = 0; k < branches.Length; k++)
        {
            var diff = branches[k].Dst!.Diff!.Address;
            if (k == 0 || diff != table.Nodes[table.NodeCount - 1].Diff)
            {
                if (table.NodeCount == NodeSumTable.NodeCapacity)
                {
                    branches = branches[..k];
                    return;
                }

                table.Nodes[table.NodeCount++] = new SummedNode { Diff = diff, First = k };
            }

            table.Nodes[table.NodeCount - 1].End = k + 1;
        }
    }

    private static NodeSumTable NodeSumOf(ReadOnlySpan<NodeSumTerm<float>> branches, Tensor<float> weights, Shape shape)
    {
        var table = new NodeSumTable
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
            table.Terms[k] = b.Normalized is { } v
                ? new NodeSumTerm
                {
                    Value = v.Value.Address,
                    Mean = v.Norm.Mean.Address,
                    Inverse = v.Norm.InverseDeviation.Address,
                    Index = b.Index,
                    Applied = Flag(v.Applied),
                }
                : new NodeSumTerm { Value = b.Identity!.Address, Diff = Address(b.Identity.Diff), Index = b.Index };
        }

        return table;
    }
}
