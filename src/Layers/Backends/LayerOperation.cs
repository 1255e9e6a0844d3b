using System.Numerics;
using MIOpenDarts.Layers.Tensors;

namespace MIOpenDarts.Layers.Backends;

/// <summary>
/// A prepared operation of one layer, from one source to one destination: what a module plans once and runs in every pass. It reads the
/// gradient beside its destination; a source without one gets none.
/// </summary>
/// <typeparam name="T">float or double.</typeparam>
/// <param name="src">Source [N,C,H,W].</param>
/// <param name="dst">Destination.</param>
public abstract class LayerOperation<T>(Tensor<T> src, Tensor<T> dst) : Operation<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>Source [N,C,H,W].</summary>
    public Tensor<T> Src => src;

    /// <summary>Destination.</summary>
    public Tensor<T> Dst => dst;

    /// <summary>From the destination's gradient: that of the source and, if asked, of the parameters.</summary>
    /// <param name="weightGradients">Whether parameters get a gradient (+=).</param>
    /// <param name="accumulate">Whether the source's gradient is added to, or overwritten.</param>
    public abstract void Backward(bool weightGradients, bool accumulate);

    /// <inheritdoc/>
    public sealed override void Backward(bool weightGradients) => Backward(weightGradients, accumulate: true);
}
