using System.Numerics;
using MIOpenDarts.Layers.Backends;
using MIOpenDarts.Layers.Modules;
using MIOpenDarts.Layers.Tensors;

namespace MIOpenDarts.Darts.Bilevel;

/// <summary>What an architect needs of a network: weights in flat buffers, alphas on the host, and a loss that depends on both.</summary>
/// <typeparam name="T">float or double.</typeparam>
internal interface IBilevelModel<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>Where the weights live.</summary>
    Backend<T> Backend { get; }

    /// <summary>Weights, their gradients and the statistics.</summary>
    ParameterSet<T> Parameters { get; }

    /// <summary>The vectors of architecture parameters.</summary>
    IReadOnlyList<T[]> Alphas { get; }

    /// <summary>Their gradients after <see cref="Evaluate"/>.</summary>
    IReadOnlyList<T[]> AlphaDiffs { get; }

    /// <summary>Loss of a batch and its gradients: in the alphas always, in the weights if the pass asks for them.</summary>
    BatchResult Evaluate(ImageBatch<T> batch, in Pass pass);
}
