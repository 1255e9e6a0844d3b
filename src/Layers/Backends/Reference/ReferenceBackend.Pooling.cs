using MIOpenDarts.Layers.Tensors;

namespace MIOpenDarts.Layers.Backends.Reference;

public unsafe partial class ReferenceBackend<T>
{
    /// <inheritdoc/>
    public override void MaxPoolForward(Tensor<T> src, Tensor<T> dst, Tensor<byte> indices, Window2D window)
    {
        var taps = (byte*)indices.Address;
        ForEachOutput(src.Shape, dst.Shape, window, (n, c, h, w) =>
        {
            var (best, tap) = (double.NegativeInfinity, 0);
            ForEachTap(src.Shape, window, h, w, (k, ih, iw) =>
            {
                var value = D(Values(src)[At(src.Shape, n, c, ih, iw)]);
                // The first in row order wins a tie, and a NaN is passed on.
                if (!(value > best) && !double.IsNaN(value)) return;
                (best, tap) = (value, k);
            });
            Values(dst)[At(dst.Shape, n, c, h, w)] = R(best);
            taps[At(dst.Shape, n, c, h, w)] = (byte)tap;
        });
    }

    /// <inheritdoc/>
    public override void MaxPoolBackward(Tensor<T> diffDst, Tensor<byte> indices, Tensor<T> diffSrc, Window2D window, bool accumulate)
    {
        if (!accumulate) Fill(diffSrc, T.Zero);
        var taps = (byte*)indices.Address;
        ForEachOutput(diffSrc.Shape, diffDst.Shape, window, (n, c, h, w) =>
        {
            var at = At(diffDst.Shape, n, c, h, w);
            var (ih, iw) = Source(window, h, w, taps[at] / window.KernelW, taps[at] % window.KernelW);
            Values(diffSrc)[At(diffSrc.Shape, n, c, ih, iw)] += Values(diffDst)[at];
        });
    }

    /// <inheritdoc/>
    public override void AveragePoolForward(Tensor<T> src, Tensor<T> dst, Window2D window) =>
        ForEachOutput(src.Shape, dst.Shape, window, (n, c, h, w) =>
        {
            double sum = 0;
            var count = 0;
            ForEachTap(src.Shape, window, h, w, (_, ih, iw) =>
            {
                sum += D(Values(src)[At(src.Shape, n, c, ih, iw)]);
                count++;
            });
            Values(dst)[At(dst.Shape, n, c, h, w)] = R(sum / count);
        });

    /// <inheritdoc/>
    public override void AveragePoolBackward(Tensor<T> diffDst, Tensor<T> diffSrc, Window2D window, bool accumulate)
    {
        if (!accumulate) Fill(diffSrc, T.Zero);
        ForEachOutput(diffSrc.Shape, diffDst.Shape, window, (n, c, h, w) =>
        {
            var count = 0;
            ForEachTap(diffSrc.Shape, window, h, w, (_, _, _) => count++);
            var share = D(Values(diffDst)[At(diffDst.Shape, n, c, h, w)]) / count;
            ForEachTap(diffSrc.Shape, window, h, w, (_, ih, iw) =>
                Store(ref Values(diffSrc)[At(diffSrc.Shape, n, c, ih, iw)], share, true));
        });
    }

    /// <inheritdoc/>
    public override void GlobalAverageForward(Tensor<T> src, Tensor<T> dst)
    {
        var shape = src.Shape;
        for (var n = 0; n < shape.N; n++)
            for (var c = 0; c < shape.C; c++)
            {
                double sum = 0;
                foreach (var value in Plane(Values(src), shape, n, c)) sum += D(value);
                Values(dst)[n * shape.C + c] = R(sum / shape.Pixels);
            }
    }

    /// <inheritdoc/>
    public override void GlobalAverageBackward(Tensor<T> diffDst, Tensor<T> diffSrc, bool accumulate)
    {
        var shape = diffSrc.Shape;
        for (var n = 0; n < shape.N; n++)
            for (var c = 0; c < shape.C; c++)
            {
                var share = D(Values(diffDst)[n * shape.C + c]) / shape.Pixels;
                foreach (ref var value in Plane(Values(diffSrc), shape, n, c)) Store(ref value, share, accumulate);
            }
    }

    private static void ForEachOutput(Shape src, Shape dst, Window2D window, Action<int, int, int, int> visit)
    {
        if (dst.H != window.OutputHeight(src.H) || dst.W != window.OutputWidth(src.W))
            throw new ArgumentException(
                $"A pool of {src} by {window} gives {window.OutputHeight(src.H)}x{window.OutputWidth(src.W)} pixels, not {dst}.",
                nameof(dst));
        for (var n = 0; n < dst.N; n++)
            for (var c = 0; c < dst.C; c++)
                for (var h = 0; h < dst.H; h++)
                    for (var w = 0; w < dst.W; w++)
                        visit(n, c, h, w);
    }

    private static void ForEachTap(Shape src, Window2D window, int h, int w, Action<int, int, int> visit)
    {
        for (var k = 0; k < window.Taps; k++)
        {
            var (ih, iw) = Source(window, h, w, k / window.KernelW, k % window.KernelW);
            if (Inside(src, ih, iw)) visit(k, ih, iw);
        }
    }
}
