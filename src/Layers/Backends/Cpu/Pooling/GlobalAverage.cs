using MIOpenDarts.Layers.Backends.Cpu.Building;
using MIOpenDarts.Layers.Backends.Cpu.Memory;
using MIOpenDarts.Layers.Backends.Cpu.Simd;
using MIOpenDarts.Layers.Backends.Cpu.Threads;
using MIOpenDarts.Layers.Tensors;

namespace MIOpenDarts.Layers.Backends.Cpu.Pooling;

/// <summary>The mean over all pixels of an image.</summary>
internal sealed unsafe class GlobalAverage<S, V>(CpuContext context)
    where S : struct, ISimd<V>
{
    public void Forward(Tensor<float> src, Tensor<float> dst)
    {
        var work = new MeanOfPixels(src.Data(), src.Shape, dst.Data());
        context.Workers.Run(src.Shape.N, ref work);
    }

    public void Backward(Tensor<float> diffDst, Tensor<float> diffSrc, bool accumulate)
    {
        var work = new ShareOfPixels(diffDst.Data(), diffSrc.Shape, diffSrc.Data(), accumulate);
        context.Workers.Run(diffSrc.Shape.N, ref work);
    }

    // x: [N,H,W,C] float32, y: [N,C] float32
    private readonly struct MeanOfPixels(float* x, Shape src, float* y) : IParallelBody
    {
        public void Run(int item, int thread)
        {
            for (var c = 0; c < src.C; c += S.Width)
            {
                var from = x + item * src.CountPerImage + c;
                var sum = S.Zero;
                for (var pixel = 0; pixel < src.Pixels; pixel++, from += src.C) sum = S.Add(sum, S.Load(from));
                LaneStores<S, V>.Put(S.Multiply(sum, S.Broadcast(1f / src.Pixels)), y + (long)item * src.C + c,
                    Math.Min(S.Width, src.C - c));
            }
        }
    }

    // dy: [N,C] float32, dx: [N,H,W,C] float32
    private readonly struct ShareOfPixels(float* dy, Shape src, float* dx, bool accumulate) : IParallelBody
    {
        public void Run(int item, int thread)
        {
            for (var c = 0; c < src.C; c += S.Width)
            {
                var share = S.Multiply(S.Load(dy + (long)item * src.C + c), S.Broadcast(1f / src.Pixels));
                var to = dx + item * src.CountPerImage + c;
                for (var pixel = 0; pixel < src.Pixels; pixel++, to += src.C)
                    LaneStores<S, V>.Put(share, to, Math.Min(S.Width, src.C - c), accumulate);
            }
        }
    }
}
