using System.Numerics;
using MIOpenDarts.Layers.Backends;
using MIOpenDarts.Layers.Tensors;

namespace MIOpenDarts.Layers.Modules;

/// <summary>
/// y = x + b rounded to what bytes hold; its gradient passes where x + b lies in their range. x and y: [N,C,H,W].
/// </summary>
/// <typeparam name="T">float or double.</typeparam>
/// <param name="scale">The bytes.</param>
/// <param name="layer">The layer that computes x, whose bias is b; null for no bias.</param>
internal sealed class Quantise<T>(ByteScale scale, RoundedLayer<T>? layer) : Module<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <inheritdoc/>
    public override void Forward(in Pass pass) => Backend.QuantiseForward(Src, layer?.RoundedBias, Dst, scale);

    /// <inheritdoc/>
    public override void Backward(in Pass pass, bool accumulate)
    {
        var diffBias = pass.WeightGradients ? layer?.Bias.Diff : null;
        if (Src.Diff is { } diffSrc)
            Backend.QuantiseBackward(Src, layer?.RoundedBias, Dst.Diff!, diffSrc, diffBias, scale, accumulate);
    }

    /// <inheritdoc/>
    public override GraphValue Trace(InferenceGraph<T> graph, GraphValue source) => graph.Quantise(source, layer?.Bias, scale);

    /// <inheritdoc/>
    protected override Tensor<T> PlanDestination(MemoryPlan<T> plan, Tensor<T> source) =>
        plan.ActivationWithDiff("rounded", source.Capacity.C, source.Capacity.H, source.Capacity.W);
}

/// <summary>A layer whose weights are rounded, and whose bias is added by what rounds its result.</summary>
/// <typeparam name="T">float or double.</typeparam>
internal interface IBiasedLayer<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>Its weights and bias.</summary>
    RoundedLayer<T> Layer { get; }
}

/// <summary>
/// Convolution with int8 weights and a bias that is still to be added. x: [N,I,H,W], filter: [O,I/groups,kh,kw], bias: [O],
/// y: [N,O,H',W'].
/// </summary>
/// <typeparam name="T">float or double.</typeparam>
internal sealed class QuantisedConvolution<T> : Module<T>, IBiasedLayer<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly Window2D window;
    private readonly int groups;
    private readonly Tensor<T> weights;

    /// <summary>Declares weight and bias.</summary>
    public QuantisedConvolution(
        ParameterSet<T> parameters, string prefix, int inputs, int outputs, Window2D window, int groups, int most, float inputStep)
    {
        (this.window, this.groups) = (window, groups);
        weights = parameters.AddParameter(
            prefix + "weight", new Shape(outputs, inputs / groups, window.KernelH, window.KernelW), Initializer.FanIn,
            inputs / groups * window.Taps);
        Layer = new RoundedLayer<T>(parameters, prefix, most, inputStep, weights);
    }

    /// <inheritdoc/>
    public RoundedLayer<T> Layer { get; }

    /// <inheritdoc/>
    public override void Forward(in Pass pass)
    {
        Layer.Round(Backend);
        Backend.ConvolutionForward(Src, Layer.Filter(), Dst, window, groups);
    }

    /// <inheritdoc/>
    public override void Backward(in Pass pass, bool accumulate)
    {
        if (pass.WeightGradients) Backend.ConvolutionBackwardWeights(Src, Dst.Diff!, weights.Diff!, window, groups);
        if (Src.Diff is { } diffSrc) Backend.ConvolutionBackwardData(Dst.Diff!, Layer.Filter(), diffSrc, window, groups, accumulate);
    }

    /// <inheritdoc/>
    public override GraphValue Trace(InferenceGraph<T> graph, GraphValue source) => graph.Convolution(source, weights, window);

    /// <inheritdoc/>
    protected override Tensor<T> PlanDestination(MemoryPlan<T> plan, Tensor<T> source)
    {
        Layer.Plan(plan);
        var (_, _, h, w) = source.Capacity;
        var dst = plan.ActivationWithDiff(weights.Name + " output", weights.Capacity.N, window.OutputHeight(h), window.OutputWidth(w));
        plan.Backend.PlanConvolution(plan, source, Layer.Filter(), dst, window, groups);
        return dst;
    }
}

/// <summary>
/// Both 1x1 convolutions of a factorized reduction with int8 weights, and a bias that is still to be added. x: [N,I,H,W],
/// filters: [O/2,I,1,1], bias: [O], y: [N,O,⌈H/2⌉,⌈W/2⌉].
/// </summary>
/// <typeparam name="T">float or double.</typeparam>
internal sealed class QuantisedReduction<T> : Module<T>, IBiasedLayer<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly FactorizedReduce<T>.ConvolutionPair pair;

    /// <summary>Declares conv_1.weight, conv_2.weight and bias.</summary>
    public QuantisedReduction(ParameterSet<T> parameters, string prefix, int inputs, int outputs, int most, float inputStep)
    {
        pair = new FactorizedReduce<T>.ConvolutionPair(parameters, prefix, inputs, outputs);
        Layer = new RoundedLayer<T>(parameters, prefix, most, inputStep, pair.Even, pair.Odd);
    }

    /// <inheritdoc/>
    public RoundedLayer<T> Layer { get; }

    /// <inheritdoc/>
    public override void Forward(in Pass pass)
    {
        Layer.Round(Backend);
        Backend.FactorizedReduceForward(Src, Layer.Filter(0), Layer.Filter(1), Dst);
    }

    /// <inheritdoc/>
    public override void Backward(in Pass pass, bool accumulate)
    {
        if (pass.WeightGradients) Backend.FactorizedReduceBackwardWeights(Src, Dst.Diff!, pair.Even.Diff!, pair.Odd.Diff!);
        Backend.FactorizedReduceBackwardData(Dst.Diff!, Layer.Filter(0), Layer.Filter(1), Src.Diff!, accumulate);
    }

    /// <inheritdoc/>
    public override GraphValue Trace(InferenceGraph<T> graph, GraphValue source) => pair.Trace(graph, source);

    /// <inheritdoc/>
    protected override Tensor<T> PlanDestination(MemoryPlan<T> plan, Tensor<T> source)
    {
        Layer.Plan(plan);
        return pair.Plan(plan, source);
    }
}

/// <summary>y = x·Wᵀ + b with int8 weights and an int32 bias. x: [N,I,1,1], W: [O,I], b: [O], y: [N,O,1,1].</summary>
/// <typeparam name="T">float or double.</typeparam>
internal sealed class QuantisedLinear<T> : Module<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly Tensor<T> weights;
    private readonly RoundedLayer<T> layer;

    /// <summary>Declares weight and bias.</summary>
    public QuantisedLinear(ParameterSet<T> parameters, string prefix, int inputs, int outputs, int most, float inputStep)
    {
        weights = parameters.AddParameter(prefix + "weight", new Shape(outputs, inputs, 1, 1), Initializer.FanIn, inputs);
        layer = new RoundedLayer<T>(parameters, prefix, most, inputStep, weights);
    }

    /// <inheritdoc/>
    public override void Forward(in Pass pass)
    {
        layer.Round(Backend);
        Backend.LinearForward(Src, layer.Filter(), layer.RoundedBias, Dst);
    }

    /// <inheritdoc/>
    public override void Backward(in Pass pass, bool accumulate)
    {
        if (accumulate) throw new NotSupportedException("A linear layer is the only consumer of its source.");
        if (pass.WeightGradients) Backend.LinearBackwardWeights(Src, Dst.Diff!, weights.Diff!, layer.Bias.Diff!);
        Backend.LinearBackwardData(Dst.Diff!, layer.Filter(), Src.Diff!);
    }

    /// <inheritdoc/>
    public override GraphValue Trace(InferenceGraph<T> graph, GraphValue source) => graph.Linear(source, weights, layer.Bias);

    /// <inheritdoc/>
    protected override Tensor<T> PlanDestination(MemoryPlan<T> plan, Tensor<T> source)
    {
        layer.Plan(plan);
        return plan.ActivationWithDiff("linear", weights.Capacity.N, 1, 1);
    }
}
