using System.Numerics;
using MIOpenDarts.Layers.Backends;
using MIOpenDarts.Layers.Modules;
using MIOpenDarts.Layers.Tensors;

namespace MIOpenDarts.Darts.Evaluation.Operations;

/// <summary>An operation of a listed network as it is computed.</summary>
/// <typeparam name="T">float or double.</typeparam>
internal abstract class ListedOperation<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>Whether it is a module of one source, which may write the source's gradient instead of adding to it.</summary>
    public virtual bool IsModule => false;

    /// <summary>Asks for memory and returns the result: [N,C,H,W].</summary>
    public abstract Tensor<T> Plan(MemoryPlan<T> plan, Tensor<T>[] sources);

    /// <summary>Computes the result.</summary>
    public abstract void Forward(in Pass pass);

    /// <summary>
    /// From the gradient of the result: adds to the parameters' gradients, and adds to the sources' gradients, or writes the only one.
    /// </summary>
    public abstract void Backward(in Pass pass, bool accumulate);

    /// <summary>Adds the operation to a graph.</summary>
    public abstract GraphValue Trace(InferenceGraph<T> graph, GraphValue[] sources);
}
