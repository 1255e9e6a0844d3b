using System.Numerics;

namespace MIOpenDarts.Layers.Backends;

/// <summary>
/// A prepared operation: what a backend returns when an operation is planned (as oneDNN: plan, create, execute). It knows its tensors
/// and has asked for its scratch memory, which all operations of a backend use in turn, so that a pass allocates nothing.
/// </summary>
/// <typeparam name="T">float or double.</typeparam>
public abstract class Operation<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>
    /// Whether a source in <see cref="Tensors.Tensor{T}.Segments"/> can be read and its gradient be added to, so that a cell's output need
    /// not be copied together.
    /// </summary>
    internal virtual bool CanReadSegments => false;

    /// <summary>Overwrites the results; statistics of batch norms are the batch's in training and the running ones otherwise.</summary>
    /// <param name="training">Whether a backward pass may follow.</param>
    public abstract void Forward(bool training);

    /// <summary>From the results' gradients: adds to those of the sources and, if asked, of the filters.</summary>
    /// <param name="weightGradients">Whether filters get a gradient.</param>
    public abstract void Backward(bool weightGradients);

    /// <summary>One line: which implementation computes what shape.</summary>
    public abstract string Describe();

    /// <inheritdoc/>
    public sealed override string ToString() => Describe();
}
