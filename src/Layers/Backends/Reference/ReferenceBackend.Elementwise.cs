using MIOpenDarts.Layers.Tensors;

namespace MIOpenDarts.Layers.Backends.Reference;

public unsafe partial class ReferenceBackend<T>
{
    /// <inheritdoc/>
    public override void ReluForward(Tensor<T> src, Tensor<T> dst)
    {
        var (x, y) = (Values(src), Values(dst));
        for (var i = 0; i < x.Length; i++) y[i] = T.Max(x[i], T.Zero);
    }

    /// <inheritdoc/>
    public override void ReluBackward(Tensor<T> src, Tensor<T> diffDst, Tensor<T> diffSrc, bool accumulate)
    {
        var (x, dy, dx) = (Values(src), Values(diffDst), Values(diffSrc));
        for (var i = 0; i < x.Length; i++) Store(ref dx[i], x[i] > T.Zero ? D(dy[i]) : 0, accumulate);
    }

    /// <inheritdoc/>
    public override void ConcatForward(ReadOnlySpan<Tensor<T>> sources, Tensor<T> dst)
    {
        var first = 0;
        foreach (var source in sources)
        {
            for (var n = 0; n < dst.Shape.N; n++)
                for (var c = 0; c < source.Shape.C; c++)
                    Plane(Values(source), source.Shape, n, c).CopyTo(Plane(Values(dst), dst.Shape, n, first + c));
            first += source.Shape.C;
        }
    }

    /// <inheritdoc/>
    public override void ConcatBackward(Tensor<T> diffDst, ReadOnlySpan<Tensor<T>> diffSources, bool accumulate)
    {
        var first = 0;
        foreach (var source in diffSources)
        {
            for (var n = 0; n < diffDst.Shape.N; n++)
                for (var c = 0; c < source.Shape.C; c++)
                {
                    var (dy, dx) = (Plane(Values(diffDst), diffDst.Shape, n, first + c), Plane(Values(source), source.Shape, n, c));
                    for (var i = 0; i < dx.Length; i++) Store(ref dx[i], D(dy[i]), accumulate);
                }

            first += source.Shape.C;
        }
    }

    /// <inheritdoc/>
    public override void ScaleForward(Tensor<T> src, Tensor<T> weights, int index, Tensor<T> dst, bool accumulate)
    {
        var (x, y, weight) = (Values(src), Values(dst), D(Values(weights)[index]));
        for (var i = 0; i < x.Length; i++) Store(ref y[i], weight * D(x[i]), accumulate);
    }

    /// <inheritdoc/>
    public override void ScaleBackwardWeights(Tensor<T> src, Tensor<T> diffDst, Tensor<T> diffWeights, int index)
    {
        var (x, dy) = (Values(src), Values(diffDst));
        double sum = 0;
        for (var i = 0; i < x.Length; i++) sum += D(dy[i]) * D(x[i]);
        Store(ref Values(diffWeights)[index], sum, accumulate: true);
    }

    /// <inheritdoc/>
    public override void ScaleImages(Tensor<T> src, Tensor<T> factors, Tensor<T> dst, bool accumulate)
    {
        var (x, y, f) = (Values(src), Values(dst), Values(factors));
        var size = (int)src.Shape.CountPerImage;
        for (var i = 0; i < x.Length; i++) Store(ref y[i], D(f[i / size]) * D(x[i]), accumulate);
    }

    /// <inheritdoc/>
    public override void Multiply(Tensor<T> src, Tensor<T> factors, Tensor<T> dst, bool accumulate)
    {
        var (x, y, f) = (Values(src), Values(dst), Values(factors));
        for (var i = 0; i < x.Length; i++) Store(ref y[i], D(f[i]) * D(x[i]), accumulate);
    }

    /// <inheritdoc/>
    public override void CrossEntropy(
        Tensor<T> logits, Tensor<int> labels, Tensor<T> result, Tensor<T>? diffLogits, double labelSmoothing = 0, double lossScale = 1)
    {
        var (images, classes) = (logits.Shape.N, logits.Shape.C);
        var targets = new ReadOnlySpan<int>((void*)labels.Address, images);
        double loss = 0;
        var correct = 0;
        for (var n = 0; n < images; n++)
        {
            var x = Values(logits).Slice(n * classes, classes);
            var (largest, best) = (D(x[0]), 0);
            for (var k = 1; k < classes; k++) if (D(x[k]) > largest) (largest, best) = (D(x[k]), k);
            double sum = 0;
            foreach (var value in x) sum += Math.Exp(D(value) - largest);
            var logSum = largest + Math.Log(sum);
            if (best == targets[n]) correct++;
            for (var k = 0; k < classes; k++)
            {
                var target = labelSmoothing / classes + (k == targets[n] ? 1 - labelSmoothing : 0);
                loss += target * (logSum - D(x[k]));
                if (diffLogits is not null)
                    Values(diffLogits)[n * classes + k] = R(lossScale * (Math.Exp(D(x[k]) - logSum) - target) / images);
            }
        }

        Values(result)[0] = R(loss / images);
        Values(result)[1] = R(correct);
    }
}
