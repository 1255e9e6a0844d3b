using MIOpenDarts.Layers.Backends.Cpu.Building;
using MIOpenDarts.Layers.Backends.Cpu.Memory;
using MIOpenDarts.Layers.Backends.Cpu.Simd;
using MIOpenDarts.Layers.Backends.Cpu.Threads;

namespace MIOpenDarts.Layers.Backends.Cpu.Separable;

/// <summary>
/// z = pointwise(depthwise(ReLU(x))) of one image for all branches, and Σz, Σz² for the batch norm that follows. Item: an image of one
/// call after the other.
/// </summary>
internal readonly unsafe struct SeparableForward<S, V>(SeparableGradient* calls, int count, int threads, bool statistics) : IParallelBody
    where S : struct, ISimd<V>
{
    public void Run(int item, int thread)
    {
        var images = calls->Call.Images;
        ref var call = ref calls[item / images].Call;
        var n = item % images;
        var memory = call.Threads + thread * call.FloatsPerThread;
        var x = call.Rectify<S, V>(n, thread);
        // What this thread takes next.
        var next = new StaticPartition(count * images, images, threads).After(item);
        var following = next >= 0 ? calls[next / images].Call.SourceAt(next % images, 0) : default;
        for (var i = 0; i < call.Count; i++) Branch(call, ref call.Branches[i], n, x, memory, i == call.Count - 1 ? following : default);
    }

    private void Branch(
        in SeparableCall call, ref BranchCall b, int n, float* x, float* memory, in ChannelSegments following)
    {
        var z = memory + call.Tile;
        var sums = memory + call.Sums;
        var (row, length) = (b.Width * b.Outputs, b.OutputPeriod * S.Width);
        var dst = b.Dst + (nint)n * b.Height * row;
        var stream = (long)call.Images * b.Height * row >= NonTemporal.Threshold && (nint)b.Dst % (sizeof(float) * S.Width) == 0;
        for (var h = 0; h < b.Height; h += b.TileRows)
        {
            var pixels = Math.Min(b.TileRows, b.Height - h) * b.Width;
            var to = dst + (nint)h * row;
            var fetch = new PrefetchSegments(following, b.Forward.Group).From(h * b.Width / b.Forward.Group);
            var tile = call.Depthwise<S, V>(b, x, h, pixels / b.Width, memory);
            if (h == 0)
            {
                // The first pixel's values are what the others are measured from.
                PackedGemm<S, V>.Pixels(b.Forward, tile, b.Forward.Group, z, default(Store<S, V>), default(NoPrefetch));
                ChannelSums<S, V>.Start(z, b.Outputs, b.OutputPeriod, sums);
            }

            if (b.Forward.Group * b.Outputs != length || pixels / b.Forward.Group % 8 != 0)
            {
                PackedGemm<S, V>.Pixels(b.Forward, tile, pixels, z, default(Store<S, V>), fetch);
                ChannelSums<S, V>.Squares(z, to, pixels * b.Outputs, b.OutputPeriod, sums, stream);
            }
            else if (stream)
            {
                PackedGemm<S, V>.Pixels(b.Forward, tile, pixels, to, new StoreWithMoments<S, V, NonTemporalStore<S, V>>(sums, length),
                    fetch);
            }
            else
            {
                PackedGemm<S, V>.Pixels(b.Forward, tile, pixels, to, new StoreWithMoments<S, V, CachedStore<S, V>>(sums, length), fetch);
            }
        }

        if (statistics) ChannelSums<S, V>.Total(sums, b.Outputs, b.OutputPeriod, b.Statistics + (nint)n * 3 * b.Outputs);
    }
}
