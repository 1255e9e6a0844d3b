using MIOpenDarts.Layers.Tensors;

namespace MIOpenDarts.Layers.Backends.Reference;

public unsafe partial class ReferenceBackend<T>
{
    /// <inheritdoc/>
    public override void AddScaled(double factor, Tensor<T> x, Tensor<T> y)
    {
        var (a, b) = (Values(x), Values(y));
        for (var i = 0; i < a.Length; i++) Store(ref b[i], factor * D(a[i]), accumulate: true);
    }

    /// <inheritdoc/>
    public override void ScaleVector(Tensor<T> x, double factor)
    {
        foreach (ref var value in Values(x)) value = R(factor * D(value));
    }

    /// <inheritdoc/>
    public override double SquaredNorm(Tensor<T> x)
    {
        double sum = 0;
        foreach (var value in Values(x)) sum += D(value) * D(value);
        return sum;
    }

    /// <inheritdoc/>
    public override void SgdStep(
        Tensor<T> weights, Tensor<T> diffs, Tensor<T> momentumBuffer, double rate, double momentum, double decay, bool nesterov)
    {
        var (w, d, m) = (Values(weights), Values(diffs), Values(momentumBuffer));
        for (var i = 0; i < w.Length; i++)
        {
            var gradient = D(d[i]) + decay * D(w[i]);
            var velocity = momentum * D(m[i]) + gradient;
            m[i] = R(velocity);
            w[i] = R(D(w[i]) - rate * (nesterov ? gradient + momentum * velocity : velocity));
        }
    }

    /// <inheritdoc/>
    public override void AdamStep(Tensor<T> weights, Tensor<T> diffs, Tensor<T> mean, Tensor<T> meanSquare, in AdamSettings settings)
    {
        var (w, d, m, v) = (Values(weights), Values(diffs), Values(mean), Values(meanSquare));
        for (var i = 0; i < w.Length; i++)
        {
            var gradient = D(d[i]) + settings.WeightDecay * D(w[i]);
            var moved = settings.Beta1 * D(m[i]) + (1 - settings.Beta1) * gradient;
            var square = settings.Beta2 * D(v[i]) + (1 - settings.Beta2) * gradient * gradient;
            (m[i], v[i]) = (R(moved), R(square));
            w[i] = R(D(w[i]) - settings.CorrectedRate * moved / (settings.RootFactor * Math.Sqrt(square) + AdamSettings.Epsilon));
        }
    }
}
