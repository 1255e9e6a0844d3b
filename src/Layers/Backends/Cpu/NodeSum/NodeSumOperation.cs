using MIOpenDarts.Layers.Backends.Cpu.Memory;
using MIOpenDarts.Layers.Backends.Cpu.Normalization;
using MIOpenDarts.Layers.Backends.Cpu.Simd;
using MIOpenDarts.Layers.Tensors;

namespace MIOpenDarts.Layers.Backends.Cpu.NodeSum;

/// <summary>The node sums of a cell, forward and backward.</summary>
internal sealed unsafe class NodeSumOperation<S, V>(CpuContext context)
    where S : struct, ISimd<V>
    where V : struct
{
    public void Forward(NodeSum<float> nodeSum)
    {
        var call = LayOut(nodeSum, gradients: false);
        var work = new NodeSumForward<S, V>(call);
        context.Workers.Run(call->Images, ref work);
    }

    public void Backward(NodeSum<float> nodeSum)
    {
        var call = LayOut(nodeSum, gradients: true);
        var work = new NodeSumBackward<S, V>(call);
        context.Workers.Run(call->Groups.Count, ref work);
        Finish(nodeSum, call);
    }

    /// <summary>From the groups' sums to the mixing weights' gradients and the branches' gradient vectors.</summary>
    private static void Finish(NodeSum<float> nodeSum, NodeSumCall* call)
    {
        var branches = nodeSum.Branches;
        var diffWeights = nodeSum.Weights.Diff!.Data();
        var sums = call->Sums;
        var channels = call->Channels;
        BatchStatistics.Add(sums, call->Groups.Count, call->Rows * channels);
        var pair = stackalloc double[2 * channels];
        for (var k = 0; k < branches.Length; k++)
        {
            var products = sums + (call->NodeCount + k) * channels;
            new Span<double>(sums + call->NodeOf[k] * channels, channels).CopyTo(new Span<double>(pair, channels));
            double total = 0;
            if (branches[k].Normalized is { } v)
            {
                var inverse = v.Norm.InverseDeviation.Data();
                for (var c = 0; c < channels; c++) pair[channels + c] = products[c] * inverse[c];
                total = BatchStatistics.Gradient(pair, 1, v, call->Weights[k]);
            }
            else
            {
                for (var c = 0; c < channels; c++) total += products[c];
            }

            diffWeights[branches[k].Index] += (float)total;
        }
    }

    private NodeSumCall* LayOut(NodeSum<float> nodeSum, bool gradients)
    {
        var (count, nodes, shape) = (nodeSum.Branches.Length, NodeSumCall.NodesOf(nodeSum.Branches), nodeSum.Branches[0].Dst!.Shape);
        var pattern = ChannelPattern.Long<S, V>(shape.C);
        var (counted, cursor) = (default(NodeSumCall), default(BumpAllocator));
        cursor.Take<NodeSumCall>(1);
        counted.LayOut(count, nodes, shape, pattern, context.Workers.Threads, ref cursor);
        context.Scratch.Reserve(cursor.Used, 0, context.Workers.Threads);
        cursor = new BumpAllocator(context.Scratch.Shared);
        var call = cursor.Take<NodeSumCall>(1);
        *call = default;
        call->LayOut(count, nodes, shape, pattern, context.Workers.Threads, ref cursor);
        call->Fill(nodeSum, gradients);
        return call;
    }
}
