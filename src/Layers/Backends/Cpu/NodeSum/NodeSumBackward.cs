using MIOpenDarts.Layers.Backends.Cpu.Building;
using MIOpenDarts.Layers.Backends.Cpu.Simd;
using MIOpenDarts.Layers.Backends.Cpu.Threads;

namespace MIOpenDarts.Layers.Backends.Cpu.NodeSum;

/// <summary>
/// Σdy and Σdy·(z_k − mean_k) for every branch, which give the mixing weights' gradient and the backward pass of every batch norm; an
/// identity's gradient gets weight·dy in the same pass. Item: a group of images.
/// </summary>
internal readonly unsafe struct NodeSumBackward<S, V>(NodeSumCall* call) : IParallelBody
    where S : struct, ISimd<V>
{
    // 16 KiB of dy, or a longer pattern, stay in L1 for all branches of a node.
    private const int TileFloats = 4096;

    public void Run(int item, int thread)
    {
        var (pattern, channels) = (ChannelPattern.Shortest<S, V>(call->Channels), call->Channels);
        var tile = Math.Max(TileFloats / pattern, 1) * pattern;
        var sums = call->ImageSums + (nint)thread * 2 * call->Count * pattern;
        var totals = call->Sums + (nint)item * 2 * call->Count * channels;
        new Span<double>(totals, 2 * call->Count * channels).Clear();
        for (var n = call->Groups.First(item); n < call->Groups.First(item + 1); n++)
        {
            new Span<float>(sums, 2 * call->Count * pattern).Clear();
            for (var first = 0; first < call->Length; first += tile)
                Tile(call->Origin + (nint)n * call->Length + first, Math.Min(tile, call->Length - first), pattern, sums);
            for (var row = 0; row < 2 * call->Count; row++)
                ChannelPattern.Fold(sums + (nint)row * pattern, totals + (nint)row * channels, channels, pattern);
        }
    }

    private void Tile(float* all, int length, int pattern, float* sums)
    {
        for (var k = 0; k < call->Count; k++, sums += 2 * pattern)
        {
            var dy = all + call->Nodes[call->NodeOf[k]];
            // After the last branch the first one goes on.
            var next = k + 1 < call->Count ? call->Offsets[k + 1] : call->Offsets[0] + length;
            ChannelSums<S, V>.Products(
                dy, all + call->Offsets[k], call->Means + (nint)k * call->Pattern, length, pattern / S.Width, sums, all + next);
            var factor = S.Broadcast(call->Weights[k]);
            var dst = all + call->IdentityDiffs[k];
            for (var i = 0; i < length && call->IdentityDiffs[k] != 0; i += S.Width)
                LaneStores<S, V>.Put(S.MultiplyAdd(S.Load(dy + i), factor, S.Load(dst + i)), dst + i, Math.Min(S.Width, length - i));
        }
    }
}
