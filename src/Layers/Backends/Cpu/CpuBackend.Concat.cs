using MIOpenDarts.Layers.Backends.Cpu.Threads;
using MIOpenDarts.Layers.Tensors;

namespace MIOpenDarts.Layers.Backends.Cpu;

internal sealed unsafe partial class CpuBackend<S, V>
{
    /// <inheritdoc/>
    public override void ConcatForward(ReadOnlySpan<Tensor<float>> sources, Tensor<float> dst)
    {
        var first = 0;
        foreach (var source in sources)
        {
            var channels = source.Shape.C;
            var work = new ChannelSlices(P(source), channels, P(dst) + first, dst.Shape.C, channels, source.Shape.Pixels, accumulate: false);
            team.Run(dst.Shape.N, ref work);
            first += channels;
        }
    }

    /// <inheritdoc/>
    public override void ConcatBackward(Tensor<float> diffDst, ReadOnlySpan<Tensor<float>> diffSources, bool accumulate)
    {
        var first = 0;
        foreach (var source in diffSources)
        {
            var channels = source.Shape.C;
            var work = new ChannelSlices(P(diffDst) + first, diffDst.Shape.C, P(source), channels, channels, source.Shape.Pixels, accumulate);
            team.Run(diffDst.Shape.N, ref work);
            first += channels;
        }
    }

    // from: [N,H,W,fromStep] float32, to: [N,H,W,toStep] float32, of which some channels
    private readonly struct ChannelSlices(float* from, int fromStep, float* to, int toStep, int channels, int pixels, bool accumulate) : IWork
    {
        public void Run(int item, int thread)
        {
            float* x = from + (long)item * pixels * fromStep, y = to + (long)item * pixels * toStep;
            for (var pixel = 0; pixel < pixels; pixel++, x += fromStep, y += toStep) PutPixel(x, y, channels, accumulate);
        }
    }
}
