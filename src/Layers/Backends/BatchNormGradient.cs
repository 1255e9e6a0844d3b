using System.Numerics;
using MIOpenDarts.Layers.Tensors;

namespace MIOpenDarts.Layers.Backends;

/// <summary>
/// The gradient of training-mode batch norm with respect to its input, which is linear in dy and z (Ioffe and Szegedy 2015, section 3, with
/// the sums over the M = N·H·W values of a channel taken out of the formula): with the batch's mean μ, r = 1/√(variance + ε), ẑ = (z − μ)·r
/// and the factor w that follows the norm (scale γ or a mixing weight), dz = w·r·(dy − Σdy/M − ẑ·Σ(dy·ẑ)/M) = Dy·dy + Z·z + Constant, where
/// Dy = w·r, Z = −w·r²·Σ(dy·ẑ)/M and Constant = −Dy·Σdy/M − Z·μ. Three numbers a channel stand for a tensor that is never written.
/// </summary>
/// <typeparam name="T">float or double.</typeparam>
public sealed class BatchNormGradient<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>Factor of dy in dz [C].</summary>
    public Tensor<T> Dy { get; private set; } = new("gradient factor of dy", default);

    /// <summary>Factor of z in dz [C].</summary>
    public Tensor<T> Z { get; private set; } = new("gradient factor of z", default);

    /// <summary>Constant in dz [C].</summary>
    public Tensor<T> Constant { get; private set; } = new("gradient constant", default);

    /// <summary>Plans memory for the three vectors.</summary>
    public void Plan(MemoryPlan<T> plan, string name, int channels)
    {
        Dy = plan.Vector(name + " gradient factor of dy", channels);
        Z = plan.Vector(name + " gradient factor of z", channels);
        Constant = plan.Vector(name + " gradient constant", channels);
    }
}
