using System.Numerics;
using MIOpenDarts.Layers.Tensors;

namespace MIOpenDarts.Layers.Backends;

/// <summary>
/// A raw value z: [N,C,H,W] whose batch normalisation is deferred: it has no affine pair and is never materialised, its consumers apply it
/// while they load. The gradient that comes back through it is kept as a <see cref="BatchNormGradient{T}"/>.
/// </summary>
/// <typeparam name="T">float or double.</typeparam>
/// <param name="value">z.</param>
/// <param name="norm">Its statistics.</param>
public sealed class DeferredBatchNorm<T>(Tensor<T> value, BatchNormState<T> norm)
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>z: [N,C,H,W], or ẑ where <see cref="Applied"/>.</summary>
    public Tensor<T> Value { get; } = value;

    /// <summary>Statistics of z.</summary>
    public BatchNormState<T> Norm { get; } = norm;

    /// <summary>
    /// Whether the batch norm has been applied in place, so that <see cref="Value"/> holds ẑ = (z − mean)/deviation instead of z; the
    /// gradient is then a function of ẑ.
    /// </summary>
    public bool Applied { get; init; }

    /// <summary>Gradient with respect to the normalised value, before any mixing weight: [N,C,H,W].</summary>
    public Tensor<T>? Diff { get; set; }

    /// <summary>dz as a function of <see cref="Diff"/> and z.</summary>
    public BatchNormGradient<T> Gradient { get; } = new();

    /// <summary>Plans memory for the gradient's and the statistics' vectors.</summary>
    public void Plan(MemoryPlan<T> plan)
    {
        Norm.Plan(plan);
        Gradient.Plan(plan, Value.Name, Norm.Channels);
    }
}
