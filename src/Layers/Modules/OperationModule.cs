using System.Numerics;
using MIOpenDarts.Layers.Backends;
using MIOpenDarts.Layers.Tensors;

namespace MIOpenDarts.Layers.Modules;

/// <summary>A layer that one prepared operation of the backend computes.</summary>
/// <typeparam name="T">float or double.</typeparam>
public abstract class OperationModule<T> : Module<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private LayerOperation<T>? operation;

    private LayerOperation<T> Prepared => operation ?? throw NotPlanned();

    /// <inheritdoc/>
    public sealed override void Forward(in Pass pass) => Prepared.Forward(pass.Training);

    /// <inheritdoc/>
    public sealed override void Backward(in Pass pass, bool accumulate) => Prepared.Backward(pass.WeightGradients, accumulate);

    /// <summary>Asks for the destination and plans what computes it from <paramref name="source"/>.</summary>
    protected abstract LayerOperation<T> PlanOperation(MemoryPlan<T> plan, Tensor<T> source);

    /// <inheritdoc/>
    protected sealed override Tensor<T> PlanDestination(MemoryPlan<T> plan, Tensor<T> source) =>
        (operation = PlanOperation(plan, source)).Dst;
}
