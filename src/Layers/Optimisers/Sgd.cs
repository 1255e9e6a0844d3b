using System.Numerics;
using MIOpenDarts.Layers.Backends;
using MIOpenDarts.Layers.Tensors;

namespace MIOpenDarts.Layers.Optimisers;

/// <summary>Stochastic gradient descent with momentum and L2 weight decay over a network's flat buffers.</summary>
/// <typeparam name="T">float or double.</typeparam>
/// <param name="backend">Where the parameters live.</param>
/// <param name="parameters">What is trained; the momentum lives beside it.</param>
/// <param name="momentum">Momentum, 0.9 in DARTS.</param>
/// <param name="weightDecay">L2 factor, 3e-4 in DARTS.</param>
/// <param name="nesterov">Nesterov's form.</param>
public sealed class Sgd<T>(Backend<T> backend, ParameterSet<T> parameters, double momentum, double weightDecay, bool nesterov = false)
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>Momentum.</summary>
    public double Momentum => momentum;

    /// <summary>L2 factor.</summary>
    public double WeightDecay => weightDecay;

    /// <summary>Momentum buffer in the order of the parameters; zero before the first step.</summary>
    public Tensor<T> MomentumBuffer { get; } = parameters.Companion("momentum", parameters.Count);

    /// <summary>
    /// Scales the gradients so that their L2 norm is at most <paramref name="limit"/> (0: no limit) and returns the norm before,
    /// as torch.nn.utils.clip_grad_norm_ does: factor limit/(norm + 1e-6) where that is below one.
    /// </summary>
    public double Clip(double limit)
    {
        var norm = Math.Sqrt(backend.SquaredNorm(parameters.Diffs));
        var factor = limit / (norm + 1e-6);
        if (limit > 0 && factor < 1) backend.ScaleVector(parameters.Diffs, factor);
        return norm;
    }

    /// <summary>One step with <paramref name="rate"/>.</summary>
    public void Step(double rate) =>
        backend.SgdStep(parameters.Values, parameters.Diffs, MomentumBuffer, rate, momentum, weightDecay, nesterov);
}
