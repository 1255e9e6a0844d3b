using System.Numerics;
using MIOpenDarts.Layers.Modules;
using MIOpenDarts.Layers.Tensors;

namespace MIOpenDarts.Darts.Evaluation.Cells;

/// <summary>
/// An operation of a discrete cell as it is computed: a planned module that keeps only what its backward pass cannot make again.
/// </summary>
/// <typeparam name="T">float or double.</typeparam>
internal abstract class CellOperation<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>Writes <paramref name="dst"/>: [N,C,H',W'].</summary>
    public abstract void Forward(in Pass pass, Tensor<T> dst);

    /// <summary>From the gradient of the destination: adds to the source's gradient and, if asked, to the parameters'.</summary>
    public abstract void Backward(in Pass pass, Tensor<T> diffDst);
}
