using MIOpenDarts.Darts.Evaluation;
using MIOpenDarts.Darts.Evaluation.Cells;
using MIOpenDarts.Layers.Backends;
using MIOpenDarts.Layers.Modules;
using MIOpenDarts.Layers.Tensors;

namespace MIOpenDarts.Darts.Costs.Profiling;

/// <summary>
/// One part of a network with a source of zeros of its own. Operations of cells run as a node runs them, preprocessing as a cell does it:
/// a table is to say what they cost in the network, not by themselves.
/// </summary>
internal sealed class PartRun : IPreparedRun
{
    private const int Tick = 0;
    private readonly Backend<float> backend;
    private readonly ParameterSet<float> parameters = new();
    private readonly MemoryPlan<float> plan;
    private readonly Action forward;
    private readonly Action? backward;

    /// <summary>Builds, plans and allocates everything.</summary>
    public PartRun(Backend<float> backend, NetworkPart part, int batch, bool training)
    {
        this.backend = backend;
        plan = new MemoryPlan<float>(backend, batch);
        var (scratchpad, time) = (new Scratchpad<float>(plan), new LivenessSchedule(training));
        var pass = training ? new Pass(Training: true) : Pass.Inference;
        try
        {
            var module = part.Build(parameters);
            parameters.Commit(backend);
            parameters.Initialize(1);
            // Nobody asks for the gradient of images.
            var src = part.Name is NetworkPart.Stem or NetworkPart.Stem0
                ? plan.Activation("source", part.Inputs, part.Height, part.Width)
                : plan.ActivationWithDiff("source", part.Inputs, part.Height, part.Width);
            (forward, backward) = module is null ? Joined(part, src) : Computed(part, module, src, scratchpad, time, pass);
            if (!training) backward = null;
            scratchpad.Reserve();
            plan.Commit();
            scratchpad.Bind();
            backend.Fill(src, 0);
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public void Run()
    {
        forward();
        backward?.Invoke();
    }

    /// <inheritdoc/>
    public void Finish() => backend.Synchronize();

    /// <inheritdoc/>
    public void Dispose()
    {
        plan.Dispose();
        parameters.Dispose();
    }

    private (Action Forward, Action Backward) Joined(NetworkPart part, Tensor<float> src)
    {
        var dst = plan.ActivationWithDiff("destination", part.Outputs, part.Height, part.Width);
        // In the backward pass of a sum the gradient is that of both operands as it is.
        if (part.Name == NetworkPart.Sum) return (() => backend.Add(src, dst), () => { });
        Tensor<float>[] sources =
            [.. Enumerable.Range(0, part.Outputs / part.Inputs).Select(i => plan.ActivationWithDiff(
                $"source {i}", part.Inputs, part.Height, part.Width))];
        Tensor<float>[] diffs = [.. sources.Select(source => source.Diff!)];
        return (() => backend.ConcatForward(sources, dst), () => backend.ConcatBackward(dst.Diff!, diffs, accumulate: false));
    }

    private (Action Forward, Action Backward) Computed(
        NetworkPart part, Module<float> module, Tensor<float> src, Scratchpad<float> scratchpad, LivenessSchedule time, Pass pass)
    {
        if (part.IsModule)
        {
            module.Plan(plan, src);
            return (() => module.Forward(pass), () => module.Backward(pass, accumulate: true));
        }

        var (height, width) = part.OutputSize;
        var dst = plan.ActivationWithDiff("destination", part.Outputs, height, width);
        var kept = time.Value(Tick, Tick);
        if (part.Name is NetworkPart.Preprocess or NetworkPart.PreprocessReduce)
        {
            CellOperation<float> operation = module is FactorizedReduce<float> halving
                ? new FactorizedReduceOperation<float>(plan, scratchpad, kept, src, halving)
                : new SeparableOperation<float>(plan, scratchpad, kept, src, (ReluConvBn<float>)module);
            return (() => operation.Forward(pass, dst), () => operation.Backward(pass, dst.Diff!));
        }

        var masks = 0;
        var node = new CellNode<float>(0, [new PlacedOperation<float>(part.Primitive, 0, part.Stride, module)], false, ref masks);
        node.Plan(plan, scratchpad, time, [src], dst, Tick, Tick);
        return (() => node.Forward(pass), () => node.Backward(pass));
    }
}
