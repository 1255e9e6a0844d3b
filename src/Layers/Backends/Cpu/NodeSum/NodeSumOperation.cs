using MIOpenDarts.Layers.Backends.Cpu.Building;
using MIOpenDarts.Layers.Backends.Cpu.Memory;
using MIOpenDarts.Layers.Backends.Cpu.Normalization;
using MIOpenDarts.Layers.Backends.Cpu.Simd;
using MIOpenDarts.Layers.Tensors;

namespace MIOpenDarts.Layers.Backends.Cpu.NodeSum;

/// <summary>The node sums of a cell, forward and backward.</summary>
internal sealed unsafe class NodeSumOperation<S, V> : Operation<float>, IScratchLayout
    where S : struct, ISimd<V>
{
    private readonly CpuContext context;
    private readonly NodeSum<float> sum;
    private readonly Descriptors<NodeSumCall> calls = new(1);
    private readonly ScratchPlace place;

    public NodeSumOperation(CpuContext context, NodeSum<float> sum)
    {
        (this.context, this.sum) = (context, sum);
        place = new ScratchPlace(context, this);
    }

    public override string Describe() => $"cpu {S.Width * 32} bits, forward four terms at a time: {sum.Describe()}";

    public override void Forward(bool training)
    {
        if (!Prepare(gradients: false)) return;
        var work = new NodeSumForward<S, V>(calls.First);
        context.Workers.Run(calls.First->Images, ref work);
    }

    public override void Backward(bool weightGradients)
    {
        if (!Prepare(gradients: true)) return;
        var work = new NodeSumBackward<S, V>(calls.First);
        context.Workers.Run(calls.First->Groups.Count, ref work);
        Finish(sum.Terms.Active, sum.Weights.Diff!.Data(), calls.First);
    }

    // Nodes are as many as terms, at most; which term enters which is known once all are planned.
    public void LayOut(ref BumpAllocator shared, ref BumpAllocator thread) =>
        calls.First->LayOut(
            sum.Terms.All.Count, sum.Terms.All.Count > 0 && sum.Terms.All[0].Dst is { } node ? node.Shape : sum.Extent,
            ChannelPattern.Long(sum.Extent.C, S.Width), context.Workers.Threads, context.Leaves.Parts, ref shared);

    private bool Prepare(bool gradients)
    {
        if (sum.Terms.Active.IsEmpty) return false;
        place.Take(sum.Terms.Active[0].Dst!.Shape.N);
        calls.First->Fill(sum, gradients);
        return true;
    }

    /// <summary>From the groups' sums to the mixing weights' gradients and the terms' gradient vectors.</summary>
    private void Finish(ReadOnlySpan<NodeSumTerm<float>> terms, float* diffWeights, NodeSumCall* call)
    {
        var sums = call->Sums;
        var channels = call->Channels;
        GroupSums.Add(sums, call->Groups.Count, 2 * call->Count * channels);
        context.Leaves.QueueSums(sums, 2 * call->Count * channels);
        context.Leaves.ExchangeQueued();
        for (var k = 0; k < terms.Length; k++, sums += 2 * channels)
        {
            double total = 0;
            if (terms[k].Normalized is { } v)
            {
                for (var c = 0; c < channels; c++) sums[channels + c] *= v.Norm.InverseDeviation.Data()[c];
                total = BatchStatistics.Gradient(sums, context.Leaves, v, call->Weights[k]);
            }
            else
            {
                for (var c = 0; c < channels; c++) total += sums[channels + c];
            }

            diffWeights[terms[k].Index] += (float)total;
        }
    }
}
