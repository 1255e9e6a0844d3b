using MIOpenDarts.Layers.Tensors;

namespace MIOpenDarts.Layers.Backends;

// Bodies over the host: right on every backend, and the specification of the fast forms.
public abstract partial class Backend<T>
{
    /// <summary>
    /// dst = step · clamp(round((src + bias) / step)), rounded half to even and kept within the bytes of the scale. src and dst:
    /// [N,C,H,W], bias: [C] or null. Rounds in single precision.
    /// </summary>
    internal virtual void QuantiseForward(Tensor<T> src, Tensor<T>? bias, Tensor<T> dst, ByteScale scale)
    {
        var (x, b) = (OnHost(src), Bias(bias, src.Shape.C));
        for (var i = 0; i < x.Length; i++)
            x[i] = T.CreateTruncating(scale.Nearest(float.CreateTruncating(x[i] + b[Channel(src.Shape, i)])));
        WriteImages(x, dst);
    }

    /// <summary>
    /// The straight-through gradient of <see cref="QuantiseForward"/> (Bengio et al. 2013): diffSrc (+)= diffDst where src + bias lies in
    /// the range of the scale, and zero elsewhere; diffBias += its sums by channel. src, diffDst and diffSrc: [N,C,H,W], bias and diffBias:
    /// [C] or null. With diffBias nothing else may read src: <paramref name="accumulate"/> is false then.
    /// </summary>
    internal virtual void QuantiseBackward(
        Tensor<T> src, Tensor<T>? bias, Tensor<T> diffDst, Tensor<T> diffSrc, Tensor<T>? diffBias, ByteScale scale, bool accumulate)
    {
        var (x, dy, b) = (OnHost(src), OnHost(diffDst), Bias(bias, src.Shape.C));
        var dx = accumulate ? OnHost(diffSrc) : new T[x.Length];
        var sums = new double[src.Shape.C];
        for (var i = 0; i < x.Length; i++)
        {
            var c = Channel(src.Shape, i);
            if (!scale.Holds(float.CreateTruncating(x[i] + b[c]))) continue;
            dx[i] += dy[i];
            sums[c] += double.CreateTruncating(dy[i]);
        }

        WriteImages(dx, diffSrc);
        if (diffBias is null) return;
        var db = Bias(diffBias, sums.Length);
        for (var c = 0; c < sums.Length; c++) db[c] += T.CreateTruncating(sums[c]);
        Upload<T>(db, diffBias);
    }

    private T[] Bias(Tensor<T>? bias, int channels)
    {
        var values = new T[channels];
        if (bias is not null) Download(bias, values.AsSpan());
        return values;
    }

    private static int Channel(Shape shape, int i) => i / shape.Pixels % shape.C;
}
