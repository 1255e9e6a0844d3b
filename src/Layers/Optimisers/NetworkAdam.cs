using System.Numerics;
using MIOpenDarts.Layers.Backends;
using MIOpenDarts.Layers.Tensors;

namespace MIOpenDarts.Layers.Optimisers;

/// <summary>Adam (Kingma and Ba 2015) with coupled L2 weight decay over a network's flat buffers, on whatever backend they live.</summary>
/// <typeparam name="T">float or double.</typeparam>
/// <param name="backend">Where the parameters live.</param>
/// <param name="parameters">What is trained; both means live beside it.</param>
/// <param name="beta1">Decay of the mean.</param>
/// <param name="beta2">Decay of the mean square.</param>
/// <param name="weightDecay">L2 factor, added to the gradient.</param>
public sealed class NetworkAdam<T>(Backend<T> backend, ParameterSet<T> parameters, double beta1 = 0.9, double beta2 = 0.999,
    double weightDecay = 0)
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>Steps made.</summary>
    public int Steps { get; set; }

    /// <summary>Mean of the gradients, in the order of the parameters.</summary>
    public Tensor<T> Mean { get; } = parameters.Companion("Adam mean", parameters.Count);

    /// <summary>Mean of the squared gradients.</summary>
    public Tensor<T> MeanSquare { get; } = parameters.Companion("Adam mean square", parameters.Count);

    /// <summary>One step with <paramref name="rate"/>.</summary>
    public void Step(double rate) =>
        backend.AdamStep(parameters.Values, parameters.Diffs, Mean, MeanSquare, new AdamSettings(rate, beta1, beta2, weightDecay, ++Steps));
}
