using System.Numerics;
using MIOpenDarts.Layers.Backends;
using MIOpenDarts.Layers.Modules;
using MIOpenDarts.Layers.Tensors;

namespace MIOpenDarts.Darts.Evaluation.Baselines;

/// <summary>
/// y = body(x) + shortcut(x) (He et al. 2016). The sum is made in place, so the body must end in a module that does not read its own
/// output.
/// </summary>
/// <typeparam name="T">float or double.</typeparam>
/// <param name="body">What is learnt.</param>
/// <param name="shortcut">What brings x to the body's extent; null for x itself.</param>
internal sealed class Residual<T>(Sequential<T> body, Module<T>? shortcut) : Module<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <inheritdoc/>
    public override void Forward(in Pass pass)
    {
        body.Forward(pass);
        shortcut?.Forward(pass);
        Backend.Add(shortcut is null ? Src : shortcut.Dst, Dst);
    }

    /// <inheritdoc/>
    public override void Backward(in Pass pass, bool accumulate)
    {
        if (shortcut is not null)
        {
            Backend.Copy(Dst.Diff!, shortcut.Dst.Diff!);
            shortcut.Backward(pass, accumulate);
        }
        else if (accumulate)
        {
            Backend.Add(Dst.Diff!, Src.Diff!);
        }
        else
        {
            Backend.Copy(Dst.Diff!, Src.Diff!);
        }

        body.Backward(pass, accumulate: true);
    }

    /// <inheritdoc/>
    public override GraphValue Trace(InferenceGraph<T> graph, GraphValue source) =>
        graph.Sum(body.Trace(graph, source), shortcut is null ? source : shortcut.Trace(graph, source));

    /// <inheritdoc/>
    protected override Tensor<T> PlanDestination(MemoryPlan<T> plan, Tensor<T> source)
    {
        shortcut?.Plan(plan, source);
        return body.Plan(plan, source);
    }
}
