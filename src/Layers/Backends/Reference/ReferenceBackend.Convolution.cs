using MIOpenDarts.Layers.Tensors;

namespace MIOpenDarts.Layers.Backends.Reference;

public unsafe partial class ReferenceBackend<T>
{
    /// <inheritdoc/>
    public override void ConvolutionForward(Tensor<T> src, Tensor<T> weights, Tensor<T> dst, Window2D window, int groups)
    {
        var (x, y, f) = (src.Shape, dst.Shape, weights.Shape);
        var (sx, sy, sf) = (Values(src), Values(dst), Values(weights));
        var outputs = y.C / groups;
        for (var n = 0; n < y.N; n++)
            for (var o = 0; o < y.C; o++)
                for (var h = 0; h < y.H; h++)
                    for (var w = 0; w < y.W; w++)
                    {
                        double sum = 0;
                        for (var i = 0; i < f.C; i++)
                            for (var kh = 0; kh < f.H; kh++)
                                for (var kw = 0; kw < f.W; kw++)
                                {
                                    var (ih, iw) = Source(window, h, w, kh, kw);
                                    if (Inside(x, ih, iw))
                                        sum += D(sx[At(x, n, o / outputs * f.C + i, ih, iw)]) * D(sf[At(f, o, i, kh, kw)]);
                                }

                        sy[At(y, n, o, h, w)] = R(sum);
                    }
    }

    /// <inheritdoc/>
    public override void ConvolutionBackwardData(
        Tensor<T> diffDst, Tensor<T> weights, Tensor<T> diffSrc, Window2D window, int groups, bool accumulate)
    {
        var (x, y, f) = (diffSrc.Shape, diffDst.Shape, weights.Shape);
        var (sx, sy, sf) = (Values(diffSrc), Values(diffDst), Values(weights));
        var outputs = y.C / groups;
        var sums = new double[x.Count];
        for (var n = 0; n < y.N; n++)
            for (var o = 0; o < y.C; o++)
                for (var h = 0; h < y.H; h++)
                    for (var w = 0; w < y.W; w++)
                    {
                        var dy = D(sy[At(y, n, o, h, w)]);
                        for (var i = 0; i < f.C; i++)
                            for (var kh = 0; kh < f.H; kh++)
                                for (var kw = 0; kw < f.W; kw++)
                                {
                                    var (ih, iw) = Source(window, h, w, kh, kw);
                                    if (Inside(x, ih, iw)) sums[At(x, n, o / outputs * f.C + i, ih, iw)] += dy * D(sf[At(f, o, i, kh, kw)]);
                                }
                    }

        for (var i = 0; i < sums.Length; i++) Store(ref sx[i], sums[i], accumulate);
    }

    /// <inheritdoc/>
    public override void ConvolutionBackwardWeights(Tensor<T> src, Tensor<T> diffDst, Tensor<T> diffWeights, Window2D window, int groups)
    {
        var (x, y, f) = (src.Shape, diffDst.Shape, diffWeights.Shape);
        var (sx, sy, sf) = (Values(src), Values(diffDst), Values(diffWeights));
        var outputs = y.C / groups;
        for (var o = 0; o < f.N; o++)
            for (var i = 0; i < f.C; i++)
                for (var kh = 0; kh < f.H; kh++)
                    for (var kw = 0; kw < f.W; kw++)
                    {
                        double sum = 0;
                        for (var n = 0; n < y.N; n++)
                            for (var h = 0; h < y.H; h++)
                                for (var w = 0; w < y.W; w++)
                                {
                                    var (ih, iw) = Source(window, h, w, kh, kw);
                                    if (Inside(x, ih, iw)) sum += D(sx[At(x, n, o / outputs * f.C + i, ih, iw)]) * D(sy[At(y, n, o, h, w)]);
                                }

                        Store(ref sf[At(f, o, i, kh, kw)], sum, accumulate: true);
                    }
    }

    /// <inheritdoc/>
    public override void FactorizedReduceForward(Tensor<T> src, Tensor<T> even, Tensor<T> odd, Tensor<T> dst)
    {
        var (x, y) = (src.Shape, dst.Shape);
        var (sx, sy) = (Values(src), Values(dst));
        for (var n = 0; n < y.N; n++)
            for (var o = 0; o < y.C; o++)
                for (var h = 0; h < y.H; h++)
                    for (var w = 0; w < y.W; w++)
                    {
                        var (filter, row, shift) = Half(even, odd, o, y.C);
                        double sum = 0;
                        if (Inside(x, 2 * h + shift, 2 * w + shift))
                            for (var i = 0; i < x.C; i++)
                                sum += D(sx[At(x, n, i, 2 * h + shift, 2 * w + shift)]) * D(filter[row * x.C + i]);
                        sy[At(y, n, o, h, w)] = R(sum);
                    }
    }

    /// <inheritdoc/>
    public override void FactorizedReduceBackwardData(Tensor<T> diffDst, Tensor<T> even, Tensor<T> odd, Tensor<T> diffSrc, bool accumulate)
    {
        var (x, y) = (diffSrc.Shape, diffDst.Shape);
        var (sx, sy) = (Values(diffSrc), Values(diffDst));
        for (var n = 0; n < x.N; n++)
            for (var i = 0; i < x.C; i++)
                for (var h = 0; h < x.H; h++)
                    for (var w = 0; w < x.W; w++)
                    {
                        double sum = 0;
                        for (var o = 0; o < y.C; o++)
                        {
                            var (filter, row, shift) = Half(even, odd, o, y.C);
                            if (h % 2 == shift && w % 2 == shift) sum += D(sy[At(y, n, o, h / 2, w / 2)]) * D(filter[row * x.C + i]);
                        }

                        Store(ref sx[At(x, n, i, h, w)], sum, accumulate);
                    }
    }

    /// <inheritdoc/>
    public override void FactorizedReduceBackwardWeights(Tensor<T> src, Tensor<T> diffDst, Tensor<T> diffEven, Tensor<T> diffOdd)
    {
        var (x, y) = (src.Shape, diffDst.Shape);
        var (sx, sy) = (Values(src), Values(diffDst));
        for (var o = 0; o < y.C; o++)
            for (var i = 0; i < x.C; i++)
            {
                var (filter, row, shift) = Half(diffEven, diffOdd, o, y.C);
                double sum = 0;
                for (var n = 0; n < y.N; n++)
                    for (var h = 0; h < y.H; h++)
                        for (var w = 0; w < y.W; w++)
                            if (Inside(x, 2 * h + shift, 2 * w + shift))
                                sum += D(sx[At(x, n, i, 2 * h + shift, 2 * w + shift)]) * D(sy[At(y, n, o, h, w)]);
                Store(ref filter[row * x.C + i], sum, accumulate: true);
            }
    }

    /// <inheritdoc/>
    public override void LinearForward(Tensor<T> src, Tensor<T> weights, Tensor<T> bias, Tensor<T> dst)
    {
        var (x, y, f, b) = (Values(src), Values(dst), Values(weights), Values(bias));
        var (inputs, outputs) = (src.Shape.C, dst.Shape.C);
        for (var n = 0; n < src.Shape.N; n++)
            for (var o = 0; o < outputs; o++)
            {
                var sum = D(b[o]);
                for (var i = 0; i < inputs; i++) sum += D(x[n * inputs + i]) * D(f[o * inputs + i]);
                y[n * outputs + o] = R(sum);
            }
    }

    /// <inheritdoc/>
    public override void LinearBackwardData(Tensor<T> diffDst, Tensor<T> weights, Tensor<T> diffSrc)
    {
        var (dx, dy, f) = (Values(diffSrc), Values(diffDst), Values(weights));
        var (inputs, outputs) = (diffSrc.Shape.C, diffDst.Shape.C);
        for (var n = 0; n < diffSrc.Shape.N; n++)
            for (var i = 0; i < inputs; i++)
            {
                double sum = 0;
                for (var o = 0; o < outputs; o++) sum += D(dy[n * outputs + o]) * D(f[o * inputs + i]);
                dx[n * inputs + i] = R(sum);
            }
    }

    /// <inheritdoc/>
    public override void LinearBackwardWeights(Tensor<T> src, Tensor<T> diffDst, Tensor<T> diffWeights, Tensor<T> diffBias)
    {
        var (x, dy, df, db) = (Values(src), Values(diffDst), Values(diffWeights), Values(diffBias));
        var (inputs, outputs) = (src.Shape.C, diffDst.Shape.C);
        for (var o = 0; o < outputs; o++)
        {
            double bias = 0;
            for (var n = 0; n < src.Shape.N; n++) bias += D(dy[n * outputs + o]);
            Store(ref db[o], bias, accumulate: true);
            for (var i = 0; i < inputs; i++)
            {
                double sum = 0;
                for (var n = 0; n < src.Shape.N; n++) sum += D(x[n * inputs + i]) * D(dy[n * outputs + o]);
                Store(ref df[o * inputs + i], sum, accumulate: true);
            }
        }
    }

    private static (int H, int W) Source(Window2D window, int h, int w, int kh, int kw) =>
        (h * window.StrideH - window.PaddingH + kh * window.Dilation, w * window.StrideW - window.PaddingW + kw * window.Dilation);

    /// <summary>Output channel o of a factorized reduction: its filter, the row in it, and the shift of the image.</summary>
    private static (Values<T> Filter, int Row, int Shift) Half(Tensor<T> even, Tensor<T> odd, int o, int channels) =>
        o < channels / 2 ? (Values(even), o, 0) : (Values(odd), o - channels / 2, 1);
}
