using MIOpenDarts.Layers.Modules;
using MIOpenDarts.Layers.Randomness;
using MIOpenDarts.Layers.Tensors;

namespace MIOpenDarts.Darts.Supernets;

/// <summary>
/// Takes a search over to a network that mixes more channels (Chen et al. 2021, section 4.2; <c>net2wider.py</c> of the official code):
/// a channel that is new is the copy of one drawn at random, in filters, running statistics and momentum alike. What a filter reads and
/// what the one before it writes are copies of the same channel.
/// </summary>
/// <param name="seed">Seed of the draws.</param>
/// <param name="stage">The stage that begins.</param>
internal sealed class ChannelWidening(ulong seed, int stage)
{
    private readonly Dictionary<string, (int[]? Outputs, int[]? Inputs)> sources = [];
    private int draws;

    /// <summary>Copies parameters, statistics, counters and momentum.</summary>
    public void Copy(Supernet<float> before, Tensor<float> momentumBefore, Supernet<float> after, Tensor<float> momentumAfter)
    {
        foreach (var (old, now) in before.MixedOps.Zip(after.MixedOps))
            for (var k = 0; k < now.Operations.Count; k++) Match(old.Operations[k], now.Operations[k]);
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
        foreach (var (old, now) in before.Parameters.Counters.Zip(after.Parameters.Counters)) now.Owner.BatchesTracked = old.Owner.BatchesTracked;

        void CopyTensor(Tensor<float> old, Tensor<float> now)
        {
            var (values, widened) = (new float[old.Capacity.Count], new float[now.Capacity.Count]);
            backend.Download<float>(old, values);
            Widen(values, old.Capacity, widened, now);
            backend.Upload<float>(widened, now);
        }
    }

    // Decides, for each tensor of an operation, of which old channel each of its channels is the copy.
    private void Match(Module<float> old, Module<float> now)
    {
        switch (old, now)
        {
            case (SepConv<float> a, SepConv<float> b):
                Match(a.Second, b.Second, Match(a.First, b.First, Draw(a.First.Depthwise, b.First.Depthwise)));
                break;
            case (SeparableBlock<float> a, SeparableBlock<float> b):
                Match(a, b, Draw(a.Depthwise, b.Depthwise));
                break;
            case (FactorizedReduce<float> a, FactorizedReduce<float> b):
                var inputs = Draw(a.Convolutions.Even.Capacity.C, b.Convolutions.Even.Capacity.C);
                var (half, newHalf) = (a.Convolutions.Even.Capacity.N, b.Convolutions.Even.Capacity.N);
                var (even, odd) = (Draw(half, newHalf), Draw(half, newHalf));
                sources[b.Convolutions.Even.Name] = (even, inputs);
                sources[b.Convolutions.Odd.Name] = (odd, inputs);
                Match(b.Norm, [.. even, .. odd.Select(channel => half + channel)]);
                break;
            case (Sequential<float> a, Sequential<float> b) when a.Modules[^1] is BatchNorm<float> norm:
                var widened = (BatchNorm<float>)b.Modules[^1];
                Match(widened, Draw((int)norm.Norm.RunningMean.Capacity.Count, (int)widened.Norm.RunningMean.Capacity.Count));
                break;
        }
    }

    private int[] Match(SeparableBlock<float> old, SeparableBlock<float> now, int[] inputs)
    {
        var outputs = Draw(old.Pointwise.Weights.Capacity.N, now.Pointwise.Weights.Capacity.N);
        sources[now.Depthwise.Weights.Name] = (inputs, null);
        sources[now.Pointwise.Weights.Name] = (outputs, inputs);
        Match(now.Norm, outputs);
        return outputs;
    }

    private void Match(BatchNorm<float> norm, int[] channels) =>
        sources[norm.Norm.RunningMean.Name] = sources[norm.Norm.RunningVariance.Name] = (null, channels);

    private int[] Draw(Convolution<float> old, Convolution<float> now) => Draw(old.Weights.Capacity.N, now.Weights.Capacity.N);

    private int[] Draw(int old, int now)
    {
        var random = new CounterRandom(seed, RandomStream.Architecture, stage, (1L << 40) + draws++);
        var channels = new int[now];
        for (var c = 0; c < now; c++) channels[c] = c < old ? c : random.NextInt32(old);
        return channels;
    }

    private void Widen(ReadOnlySpan<float> old, Shape extent, Span<float> now, Tensor<float> tensor)
    {
        sources.TryGetValue(tensor.Name, out var source);
        var (n, c, _, _) = tensor.Capacity;
        var kernel = extent.Pixels;
        for (var o = 0; o < n; o++)
            for (var i = 0; i < c; i++)
            {
                var from = ((source.Outputs?[o] ?? o) * extent.C + (source.Inputs?[i] ?? i)) * kernel;
                old.Slice(from, kernel).CopyTo(now.Slice((o * c + i) * kernel, kernel));
            }
    }
}
