using MIOpenDarts.Layers.Backends.Cpu.Memory;
using MIOpenDarts.Layers.Backends.Cpu.Mixing;
using MIOpenDarts.Layers.Backends.Cpu.Simd;
using MIOpenDarts.Layers.Backends.Cpu.Tiles;
using MIOpenDarts.Layers.Tensors;

namespace MIOpenDarts.Layers.Backends.Cpu;

internal sealed unsafe partial class CpuBackend<S, V>
{
    /// <inheritdoc/>
    public override void MixForward(ReadOnlySpan<MixBranch<float>> branches, Tensor<float> weights, Tensor<float> dst, Tensor<float> scratch)
    {
        var call = LayOut(branches, weights, dst);
        var work = new MixForward<S, V>(call);
        team.Run(call->Images, ref work);
    }

    /// <inheritdoc/>
    public override void MixBackward(ReadOnlySpan<MixBranch<float>> branches, Tensor<float> weights, Tensor<float> diffWeights)
    {
        var call = LayOut(branches, weights, branches[0].DiffDst!);
        var work = new MixBackward<S, V>(call);
        team.Run(call->Groups, ref work);
        var sums = call->Sums;
        var channels = call->Channels;
        var row = call->Rows * channels;
        for (var g = 1; g < call->Groups; g++)
            for (var j = 0; j < row; j++) sums[j] += sums[(nint)g * row + j];
        var pair = stackalloc double[2 * channels];
        for (var k = 0; k < branches.Length; k++)
        {
            var products = sums + (call->NodeCount + k) * channels;
            new Span<double>(sums + call->NodeOf[k] * channels, channels).CopyTo(new Span<double>(pair, channels));
            double total = 0;
            if (branches[k].Normalized is { } v)
            {
                var inverse = P(v.Norm.InverseDeviation);
                for (var c = 0; c < channels; c++) pair[channels + c] = products[c] * inverse[c];
                total = Statistics.Gradient(pair, 1, v, call->Weights[k]);
            }
            else
            {
                for (var c = 0; c < channels; c++) total += products[c];
            }

            P(diffWeights)[branches[k].Index] += (float)total;
        }
    }

    private MixCall* LayOut(ReadOnlySpan<MixBranch<float>> branches, Tensor<float> weights, Tensor<float> node)
    {
        var pattern = ChannelPattern.Long<S, V>(node.Shape.C);
        var (counted, cursor) = (default(MixCall), default(MemoryCursor));
        cursor.Take<MixCall>(1);
        var nodes = MixCall.Nodes(branches);
        counted.LayOut(branches.Length, nodes, node.Shape, pattern, team.Threads, ref cursor);
        scratch.Reserve(cursor.Used, 0, team.Threads);
        cursor = new MemoryCursor(scratch.Shared);
        var call = cursor.Take<MixCall>(1);
        *call = default;
        call->LayOut(branches.Length, nodes, node.Shape, pattern, team.Threads, ref cursor);
        call->Fill(branches, weights, node);
        return call;
    }
}
