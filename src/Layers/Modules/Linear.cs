using System.Numerics;
using MIOpenDarts.Layers.Backends;
using MIOpenDarts.Layers.Tensors;

namespace MIOpenDarts.Layers.Modules;

/// <summary>y = x·Wᵀ + b. x: [N,I,1,1], W: [O,I], b: [O], y: [N,O,1,1].</summary>
/// <typeparam name="T">float or double.</typeparam>
/// <param name="parameters">Where weight and bias are declared.</param>
/// <param name="prefix">Official name of the layer, with its dot.</param>
/// <param name="inputs">I.</param>
/// <param name="outputs">O.</param>
public sealed class Linear<T>(ParameterSet<T> parameters, string prefix, int inputs, int outputs) : OperationModule<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>W [O,I,1,1].</summary>
    public Tensor<T> Weights { get; } = parameters.AddParameter(
        prefix + "weight", new Shape(outputs, inputs, 1, 1), Initializer.FanIn, inputs);

    /// <summary>b [O].</summary>
    public Tensor<T> Bias { get; } = parameters.AddParameter(prefix + "bias", Shape.Vector(outputs), Initializer.FanIn, inputs);

    /// <inheritdoc/>
    public override GraphValue Trace(InferenceGraph<T> graph, GraphValue source) => graph.Linear(source, Weights, Bias);

    /// <inheritdoc/>
    protected override LayerOperation<T> PlanOperation(MemoryPlan<T> plan, Tensor<T> source)
    {
        var dst = plan.ActivationWithDiff("linear", outputs, 1, 1);
        return plan.Backend.PlanLinear(plan, source, Weights, Bias, dst);
    }
}
