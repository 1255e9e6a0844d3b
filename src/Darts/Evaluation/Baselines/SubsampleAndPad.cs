using System.Numerics;
using MIOpenDarts.Layers.Backends;
using MIOpenDarts.Layers.Modules;
using MIOpenDarts.Layers.Tensors;

namespace MIOpenDarts.Darts.Evaluation.Baselines;

/// <summary>
/// Every second pixel, between channels of zeros: the shortcut without parameters, option A of He et al. (2016). x: [N,C,H,W], y:
/// [N,C',⌈H/2⌉,⌈W/2⌉].
/// </summary>
/// <typeparam name="T">float or double.</typeparam>
/// <param name="before">Channels of zeros before those of x.</param>
/// <param name="after">Channels of zeros after them.</param>
internal sealed class SubsampleAndPad<T>(int before, int after) : Module<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly Tensor<T>[] sources = new Tensor<T>[3];
    private readonly Tensor<T>[] diffs = new Tensor<T>[3];
    private LayerOperation<T>? everySecond;

    private static Window2D EverySecond => Window2D.Square(1, 2, 0);

    /// <inheritdoc/>
    public override void Forward(in Pass pass)
    {
        everySecond!.Forward(pass.Training);
        Backend.Fill(sources[0], T.Zero);
        Backend.Fill(sources[2], T.Zero);
        Backend.ConcatForward(sources, Dst);
    }

    /// <inheritdoc/>
    public override void Backward(in Pass pass, bool accumulate)
    {
        Backend.ConcatBackward(Dst.Diff!, diffs, accumulate: false);
        everySecond!.Backward(pass.WeightGradients, accumulate);
    }

    /// <inheritdoc/>
    public override GraphValue Trace(InferenceGraph<T> graph, GraphValue source) =>
        graph.PadChannels(graph.Pool(source, EverySecond, isMaximum: true), before, after);

    /// <inheritdoc/>
    protected override Tensor<T> PlanDestination(MemoryPlan<T> plan, Tensor<T> source)
    {
        var (_, c, h, w) = source.Capacity;
        var (height, width) = (EverySecond.OutputHeight(h), EverySecond.OutputWidth(w));
        var widths = new[] { before, c, after };
        for (var i = 0; i < sources.Length; i++)
        {
            sources[i] = plan.ActivationWithDiff("shortcut", widths[i], height, width);
            diffs[i] = sources[i].Diff!;
        }

        var indices = plan.PerImage<byte>("shortcut indices", c, height, width);
        everySecond = plan.Backend.PlanMaxPool(plan, source, sources[1], indices, EverySecond);
        return plan.ActivationWithDiff("shortcut", before + c + after, height, width);
    }
}
