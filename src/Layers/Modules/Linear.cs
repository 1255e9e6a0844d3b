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
public sealed class Linear<T>(ParameterSet<T> parameters, string prefix, int inputs, int outputs) : Module<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>W [O,I,1,1].</summary>
    public Tensor<T> Weights { get; } = parameters.AddParameter(
        prefix + "weight", new Shape(outputs, inputs, 1, 1), Initializer.FanIn, inputs);

    /// <summary>b [O].</summary>
    public Tensor<T> Bias { get; } = parameters.AddParameter(prefix + "bias", Shape.Vector(outputs), Initializer.FanIn, inputs);

    /// <inheritdoc/>
    public override void Forward(in Pass pass) => Backend.LinearForward(Src, Weights, Bias, Dst);

    /// <inheritdoc/>
    public override void Backward(in Pass pass, bool accumulate)
    {
        if (accumulate) throw new NotSupportedException("A linear layer is the only consumer of its source.");
        if (pass.WeightGradients) Backend.LinearBackwardWeights(Src, Dst.Diff!, Weights.Diff!, Bias.Diff!);
        Backend.LinearBackwardData(Dst.Diff!, Weights, Src.Diff!);
    }

    /// <inheritdoc/>
    public override GraphValue Trace(InferenceGraph<T> graph, GraphValue source) => graph.Linear(source, Weights, Bias);

    /// <inheritdoc/>
    protected override Tensor<T> PlanDestination(MemoryPlan<T> plan, Tensor<T> source) => plan.ActivationWithDiff("linear", outputs, 1, 1);
}
