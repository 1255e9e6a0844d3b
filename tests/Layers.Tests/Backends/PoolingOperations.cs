using MIOpenDarts.Layers.Backends;

namespace MIOpenDarts.Layers.Tests.Backends;

/// <summary>A window with padding of at most half of it, so that every output sees a pixel of the image.</summary>
internal abstract class PoolingOperation : Operation
{
    public override OperationCase Restrict(OperationCase c)
    {
        var window = c.Window with
        {
            PaddingH = Math.Min(c.Window.PaddingH, c.Window.KernelH / 2),
            PaddingW = Math.Min(c.Window.PaddingW, c.Window.KernelW / 2),
            Dilation = 1
        };
        return c with { Window = window, H = Math.Max(c.H, window.KernelH), W = Math.Max(c.W, window.KernelW) };
    }
}

internal sealed class MaxPoolForward : PoolingOperation
{
    public override Action Prepare<T>(Rig<T> rig, OperationCase c)
    {
        var (src, dst, taps) = (rig.Images(c.Src), rig.ImageResult(c.Dst, 0), rig.Taps(c.Dst));
        // Largest values are all near one: their sum grows with every term, and its rounding with it.
        var back = rig.ImageResult(c.Src, Sum(c.Window.Taps * c.Window.Taps));
        // The gradient of the values shows where each of them came from: ties must go to the same pixel on every backend.
        return () =>
        {
            rig.Backend.MaxPoolForward(src, dst, taps, c.Window);
            rig.Backend.MaxPoolBackward(dst, taps, back, c.Window, accumulate: false);
        };
    }
}

internal sealed class MaxPoolBackward : PoolingOperation
{
    public override Action Prepare<T>(Rig<T> rig, OperationCase c)
    {
        var (src, dst, taps) = (rig.Images(c.Src), rig.Images(c.Dst), rig.Taps(c.Dst));
        var (diffDst, diffSrc) = (rig.Images(c.Dst), rig.ImageResult(c.Src, Sum(c.Window.Taps)));
        rig.Backend.MaxPoolForward(src, dst, taps, c.Window);
        return () => rig.Backend.MaxPoolBackward(diffDst, taps, diffSrc, c.Window, c.Accumulate);
    }
}

internal sealed class AveragePoolForward : PoolingOperation
{
    public override Action Prepare<T>(Rig<T> rig, OperationCase c)
    {
        var (src, dst) = (rig.Images(c.Src), rig.ImageResult(c.Dst, Sum(c.Window.Taps)));
        return () => rig.Backend.AveragePoolForward(src, dst, c.Window);
    }
}

internal sealed class AveragePoolBackward : PoolingOperation
{
    public override Action Prepare<T>(Rig<T> rig, OperationCase c)
    {
        var (diffDst, diffSrc) = (rig.Images(c.Dst), rig.ImageResult(c.Src, Sum(c.Window.Taps)));
        return () => rig.Backend.AveragePoolBackward(diffDst, diffSrc, c.Window, c.Accumulate);
    }
}

internal sealed class GlobalAverageForward : Operation
{
    public override Action Prepare<T>(Rig<T> rig, OperationCase c)
    {
        var (src, dst) = (rig.Images(c.Src), rig.ImageResult(c.Src with { H = 1, W = 1 }, Sum(c.H)));
        return () => rig.Backend.GlobalAverageForward(src, dst);
    }
}

internal sealed class GlobalAverageBackward : Operation
{
    public override Action Prepare<T>(Rig<T> rig, OperationCase c)
    {
        var (diffDst, diffSrc) = (rig.Images(c.Src with { H = 1, W = 1 }), rig.ImageResult(c.Src, Sum(1)));
        return () => rig.Backend.GlobalAverageBackward(diffDst, diffSrc, c.Accumulate);
    }
}
