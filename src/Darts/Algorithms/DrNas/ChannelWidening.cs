using MIOpenDarts.Darts.Supernets;
using MIOpenDarts.Layers.Modules;
using MIOpenDarts.Layers.Randomness;
using MIOpenDarts.Layers.Tensors;

namespace MIOpenDarts.Darts.Algorithms.DrNas;

/// <summary>
/// Takes a search over to a network that mixes more channels (Chen et al. 2021, section 4.2; <c>net2wider.py</c> of the official code):
/// a channel that is new is the copy of one drawn at random, in filters, running statistics and momentum alike. What a filter reads and
/// what the one before it writes are copies of the same channel.
/// </summary>
/// <param name="seed">Seed of the draws.</param>
/// <param name="stage">The stage that begins.</param>
internal sealed class ChannelWidening(ulong seed, int stage)
{
    private readonly ChannelCopies copies = new(draw => new CounterRandom(seed, RandomStream.Architecture, stage, (1L << 40) + draw));

    /// <summary>Copies parameters, statistics, counters and momentum.</summary>
    public void Copy(ISupernet<float> before, Tensor<float> momentumBefore, ISupernet<float> after, Tensor<float> momentumAfter)
    {
        foreach (var (old, now) in before.MixedOps.Zip(after.MixedOps))
            for (var k = 0; k < now.Operations.Count; k++) now.Operations[k].Widen(old.Operations[k], copies, null);
        var backend = after.Backend;
        var (oldMomentum, newMomentum) = (new float[before.Parameters.Count], new float[after.Parameters.Count]);
        backend.Download<float>(momentumBefore, oldMomentum);
        int oldOffset = 0, newOffset = 0;
        foreach (var (old, now) in before.Parameters.Parameters.Zip(after.Parameters.Parameters))
        {
            var (oldCount, newCount) = ((int)old.Capacity.Count, (int)now.Capacity.Count);
            Widen(oldMomentum.AsSpan(oldOffset, oldCount), old.Capacity, newMomentum.AsSpan(newOffset, newCount), now);
            CopyTensor(old, now);
            (oldOffset, newOffset) = (oldOffset + oldCount, newOffset + newCount);
        }

        backend.Upload<float>(newMomentum, momentumAfter);
        foreach (var (old, now) in before.Parameters.Statistics.Zip(after.Parameters.Statistics)) CopyTensor(old, now);
        foreach (var (old, now) in before.Parameters.Counters.Zip(after.Parameters.Counters))
            now.Owner.BatchesTracked = old.Owner.BatchesTracked;

        void CopyTensor(Tensor<float> old, Tensor<float> now)
        {
            var (values, widened) = (new float[old.Capacity.Count], new float[now.Capacity.Count]);
            backend.Download<float>(old, values);
            Widen(values, old.Capacity, widened, now);
            backend.Upload<float>(widened, now);
        }
    }

    private void Widen(ReadOnlySpan<float> old, Shape extent, Span<float> now, Tensor<float> tensor)
    {
        var (outputs, inputs) = copies.Of(tensor.Name);
        var (n, c, _, _) = tensor.Capacity;
        var kernel = extent.Pixels;
        for (var o = 0; o < n; o++)
            for (var i = 0; i < c; i++)
            {
                var from = ((outputs?[o] ?? o) * extent.C + (inputs?[i] ?? i)) * kernel;
                old.Slice(from, kernel).CopyTo(now.Slice((o * c + i) * kernel, kernel));
            }
    }
}
