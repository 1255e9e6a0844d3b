using MIOpenDarts.Layers.Backends.Cpu.Building;
using MIOpenDarts.Layers.Backends.Cpu.Memory;
using MIOpenDarts.Layers.Backends.Cpu.Simd;
using MIOpenDarts.Layers.Backends.Cpu.Threads;
using MIOpenDarts.Layers.Tensors;

namespace MIOpenDarts.Layers.Backends.Cpu.Channels;

/// <summary>Tensors side by side in the channels.</summary>
internal sealed unsafe class ChannelConcat<S, V>(CpuContext context)
    where S : struct, ISimd<V>
{
    private const int PixelsPerTile = 64;

    public void Forward(ReadOnlySpan<Tensor<float>> sources, Tensor<float> dst) => Run(dst, sources, backward: false, accumulate: false);

    public void Backward(Tensor<float> diffDst, ReadOnlySpan<Tensor<float>> diffSources, bool accumulate) =>
        Run(diffDst, diffSources, backward: true, accumulate);

    private void Run(Tensor<float> whole, ReadOnlySpan<Tensor<float>> parts, bool backward, bool accumulate)
    {
        var work = new Pieces(whole.Data(), whole.Shape, Slices(parts), parts.Length, backward, accumulate);
        context.Workers.Run(whole.Shape.N, ref work);
    }

    private Slice* Slices(ReadOnlySpan<Tensor<float>> parts)
    {
        context.Reserve(parts.Length * sizeof(Slice) / sizeof(float), 0, out var shared, out _);
        var slices = (Slice*)shared;
        for (int i = 0, first = 0; i < parts.Length; first += parts[i++].Shape.C)
            slices[i] = new Slice { Data = parts[i].Data(), First = first, Channels = parts[i].Shape.C };
        return slices;
    }

    /// <summary>A tensor that is some channels of another.</summary>
    private struct Slice
    {
        public float* Data;
        public int First, Channels;
    }

    // x_k: [N,H,W,C_k] float32, y: [N,H,W,C] float32; backward, y goes to the slices.
    private readonly struct Pieces(float* y, Shape whole, Slice* slices, int count, bool backward, bool accumulate)
        : IParallelBody
    {
        public void Run(int item, int thread)
        {
            // All slices of some pixels in turn, so that whole cache lines of y are used at a time.
            for (var first = 0; first < whole.Pixels; first += PixelsPerTile)
                for (var s = slices; s < slices + count; s++)
                {
                    var at = (long)item * whole.Pixels + first;
                    float* all = y + at * whole.C + s->First, part = s->Data + at * s->Channels;
                    for (var left = Math.Min(PixelsPerTile, whole.Pixels - first); left > 0; left--, all += whole.C, part += s->Channels)
                    {
                        float* from = backward ? all : part, to = backward ? part : all;
                        LaneStores<S, V>.PutRun(from, to, s->Channels, accumulate);
                    }
                }
        }
    }
}
