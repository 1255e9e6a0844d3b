using System.Numerics;
using MIOpenDarts.Layers.Backends;
using MIOpenDarts.Layers.Modules;
using MIOpenDarts.Layers.Tensors;

namespace MIOpenDarts.Darts.Evaluation.Operations;

/// <summary>A module of one source.</summary>
internal sealed class ListedModule<T>(Module<T> module) : ListedOperation<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    public override bool IsModule => true;

    public override Tensor<T> Plan(MemoryPlan<T> plan, Tensor<T>[] sources) => module.Plan(plan, sources[0]);

    public override void Forward(in Pass pass) => module.Forward(pass);

    public override void Backward(in Pass pass, bool accumulate) => module.Backward(pass, accumulate);

    public override GraphValue Trace(InferenceGraph<T> graph, GraphValue[] sources) => module.Trace(graph, sources[0]);
}

/// <summary>a + b. All [N,C,H,W].</summary>
internal sealed class ListedSum<T> : ListedOperation<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private Backend<T>? backend;
    private Tensor<T>[] sources = [];
    private Tensor<T>? dst;

    public override Tensor<T> Plan(MemoryPlan<T> plan, Tensor<T>[] sources)
    {
        (backend, this.sources) = (plan.Backend, sources);
        var (_, c, h, w) = sources[0].Capacity;
        return dst = plan.ActivationWithDiff("sum", c, h, w);
    }

    public override void Forward(in Pass pass)
    {
        backend!.Copy(sources[0], dst!);
        backend.Add(sources[1], dst!);
    }

    public override void Backward(in Pass pass, bool accumulate)
    {
        foreach (var source in sources) backend!.Add(dst!.Diff!, source.Diff!);
    }

    public override GraphValue Trace(InferenceGraph<T> graph, GraphValue[] sources) => graph.Sum(sources[0], sources[1]);
}

/// <summary>Channels side by side. sources: [N,Ci,H,W], dst: [N,ΣCi,H,W].</summary>
internal sealed class ListedConcat<T> : ListedOperation<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private Backend<T>? backend;
    private Tensor<T>[] sources = [];
    private Tensor<T>[] diffs = [];
    private Tensor<T>? dst;

    public override Tensor<T> Plan(MemoryPlan<T> plan, Tensor<T>[] sources)
    {
        (backend, this.sources, diffs) = (plan.Backend, sources, [.. sources.Select(source => source.Diff!)]);
        var (_, _, h, w) = sources[0].Capacity;
        return dst = plan.ActivationWithDiff("concat", sources.Sum(source => source.Capacity.C), h, w);
    }

    public override void Forward(in Pass pass) => backend!.ConcatForward(sources, dst!);

    public override void Backward(in Pass pass, bool accumulate) => backend!.ConcatBackward(dst!.Diff!, diffs, accumulate: true);

    public override GraphValue Trace(InferenceGraph<T> graph, GraphValue[] sources) => graph.Concat(sources);
}

/// <summary>Channels of zeros before and after those of x. x: [N,C,H,W], dst: [N,before+C+after,H,W].</summary>
internal sealed class ListedPad<T>(int before, int after) : ListedOperation<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private Backend<T>? backend;
    private Tensor<T>[] zeros = [];
    private Tensor<T>[] parts = [];
    private Tensor<T>[] diffs = [];
    private Tensor<T>? dst;

    public override Tensor<T> Plan(MemoryPlan<T> plan, Tensor<T>[] sources)
    {
        backend = plan.Backend;
        var (_, c, h, w) = sources[0].Capacity;
        Tensor<T>[] first = before > 0 ? [plan.ActivationWithDiff("zeros", before, h, w)] : [];
        Tensor<T>[] last = after > 0 ? [plan.ActivationWithDiff("zeros", after, h, w)] : [];
        zeros = [.. first, .. last];
        parts = [.. first, sources[0], .. last];
        diffs = [.. parts.Select(part => part.Diff!)];
        return dst = plan.ActivationWithDiff("padded", before + c + after, h, w);
    }

    public override void Forward(in Pass pass)
    {
        foreach (var zero in zeros) backend!.Fill(zero, T.Zero);
        backend!.ConcatForward(parts, dst!);
    }

    public override void Backward(in Pass pass, bool accumulate)
    {
        // What flows into the zeros is read by nobody, but must stay finite to be added to.
        foreach (var zero in zeros) backend!.Fill(zero.Diff!, T.Zero);
        backend!.ConcatBackward(dst!.Diff!, diffs, accumulate: true);
    }

    public override GraphValue Trace(InferenceGraph<T> graph, GraphValue[] sources) => graph.PadChannels(sources[0], before, after);
}

/// <summary>An operation whose result is rounded to what bytes hold.</summary>
internal sealed class ListedRounding<T>(ListedOperation<T> operation, Quantise<T> rounding) : ListedOperation<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    public override bool IsModule => operation.IsModule;

    public override Tensor<T> Plan(MemoryPlan<T> plan, Tensor<T>[] sources) => rounding.Plan(plan, operation.Plan(plan, sources));

    public override void Forward(in Pass pass)
    {
        operation.Forward(pass);
        rounding.Forward(pass);
    }

    public override void Backward(in Pass pass, bool accumulate)
    {
        rounding.Backward(pass, accumulate: false);
        operation.Backward(pass, accumulate);
    }

    public override GraphValue Trace(InferenceGraph<T> graph, GraphValue[] sources) =>
        rounding.Trace(graph, operation.Trace(graph, sources));
}
