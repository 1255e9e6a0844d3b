using MIOpenDarts.Layers.Tensors;

namespace MIOpenDarts.Layers.Backends;

public abstract partial class Backend<T>
{
    /// <summary>y += factor · x over flat vectors [n].</summary>
    public abstract void AddScaled(double factor, Tensor<T> x, Tensor<T> y);

    /// <summary>x *= factor over a flat vector [n].</summary>
    public abstract void ScaleVector(Tensor<T> x, double factor);

    /// <summary>
    /// Σ x² over a flat vector [n], accumulated in double in an order that does not depend on the number of threads. Waits for what
    /// computes x.
    /// </summary>
    public abstract double SquaredNorm(Tensor<T> x);

    /// <summary>
    /// SGD with L2 weight decay and momentum, as torch.optim.SGD: g = diff + decay·w; m = momentum·m + g; w −= rate·m
    /// (Nesterov: w −= rate·(g + momentum·m)). All [n]; weights and momentumBuffer change, diffs stay.
    /// </summary>
    public abstract void SgdStep(
        Tensor<T> weights, Tensor<T> diffs, Tensor<T> momentumBuffer, double rate, double momentum, double decay, bool nesterov);

    /// <summary>
    /// Adam (Kingma and Ba 2015, algorithm 1): g = diff + decay·w; mean = β₁·mean + (1 − β₁)·g; square = β₂·square + (1 − β₂)·g²;
    /// w −= corrected rate · mean / (root factor · √square + ε). All [n]; weights, mean and meanSquare change, diffs stay.
    /// </summary>
    public abstract void AdamStep(Tensor<T> weights, Tensor<T> diffs, Tensor<T> mean, Tensor<T> meanSquare, in AdamSettings settings);
}
