using MIOpenDarts.Layers.Tensors;

namespace MIOpenDarts.Layers.Backends;

public abstract partial class Backend<T>
{
    /// <summary>y += factor · x over flat vectors.</summary>
    public abstract void AddScaled(double factor, Tensor<T> x, Tensor<T> y);

    /// <summary>x *= factor over a flat vector.</summary>
    public abstract void ScaleVector(Tensor<T> x, double factor);

    /// <summary>Σ x², accumulated in double in an order that does not depend on the number of threads.</summary>
    public abstract double SquaredNorm(Tensor<T> x);

    /// <summary>
    /// SGD with L2 weight decay and momentum: g = diff + decay·w; m = momentum·m + g; w −= rate·m
    /// (Nesterov: w −= rate·(g + momentum·m)).
    /// </summary>
    public abstract void SgdStep(
        Tensor<T> weights, Tensor<T> diffs, Tensor<T> momentumBuffer, double rate, double momentum, double decay, bool nesterov);

    /// <summary>
    /// Adam over flat vectors: g = diff + decay·w; mean = β₁·mean + (1 − β₁)·g; square = β₂·square + (1 − β₂)·g²;
    /// w −= corrected rate · mean / (root factor · √square + ε).
    /// </summary>
    public abstract void AdamStep(Tensor<T> weights, Tensor<T> diffs, Tensor<T> mean, Tensor<T> meanSquare, in AdamSettings settings);
}
