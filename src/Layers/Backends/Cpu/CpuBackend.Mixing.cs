using MIOpenDarts.Layers.Backends.Cpu.Memory;
using MIOpenDarts.Layers.Backends.Cpu.Mixing;
using MIOpenDarts.Layers.Backends.Cpu.Simd;
using MIOpenDarts.Layers.Backends.Cpu.Tiles;
using MIOpenDarts.Layers.Tensors;

namespace MIOpenDarts.Layers.Backends.Cpu;

internal sealed unsafe partial class CpuBackend<S, V>
{
    // Not that of convolutions, alongside which mixtures are computed.
    private readonly ScratchMemory mixing;

    /// <inheritdoc/>
    public override bool OverlapsNodeSum => true;

    /// <inheritdoc/>
    public override void NodeSumForward(NodeSum<float> mixture)
    {
        var call = LayOut(mixture, gradients: false);
        var work = new MixForward<S, V>(call);
        team.Run(call->Images, ref work);
    }

    /// <inheritdoc/>
    public override void NodeSumBackward(NodeSum<float> mixture)
    {
        var call = LayOut(mixture, gradients: true);
        var work = new MixBackward<S, V>(call);
        team.Run(call->Groups, ref work);
        Finish(mixture, call);
    }

    /// <summary>From the groups' sums to the mixing weights' gradients and the branches' gradient vectors.</summary>
    private static void Finish(NodeSum<float> mixture, MixCall* call)
    {
        var branches = mixture.Branches;
        var diffWeights = P(mixture.Weights.Diff!);
        var sums = call->Sums;
        var channels = call->Channels;
        Statistics.Add(sums, call->Groups, call->Rows * channels);
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

            diffWeights[branches[k].Index] += (float)total;
        }
    }

    private MixCall* LayOut(NodeSum<float> mixture, bool gradients)
    {
        var (count, nodes, shape) = (mixture.Branches.Length, MixCall.NodesOf(mixture.Branches), mixture.Branches[0].Dst!.Shape);
        var pattern = ChannelPattern.Long<S, V>(shape.C);
        var (counted, cursor) = (default(MixCall), default(MemoryCursor));
        cursor.Take<MixCall>(1);
        counted.LayOut(count, nodes, shape, pattern, team.Threads, ref cursor);
        mixing.Reserve(cursor.Used, 0, team.Threads);
        cursor = new MemoryCursor(mixing.Shared);
        var call = cursor.Take<MixCall>(1);
        *call = default;
        call->LayOut(count, nodes, shape, pattern, team.Threads, ref cursor);
        call->Fill(mixture, gradients);
        return call;
    }
}
