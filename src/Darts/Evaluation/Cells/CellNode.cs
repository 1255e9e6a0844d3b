using System.Numerics;
using MIOpenDarts.Darts.Genotypes;
using MIOpenDarts.Layers.Backends;
using MIOpenDarts.Layers.Modules;
using MIOpenDarts.Layers.Tensors;

namespace MIOpenDarts.Darts.Evaluation.Cells;

/// <summary>A node of a discrete cell: the sum of its operations, each (but the identity) under drop path, or the sum as a whole.</summary>
internal sealed class CellNode<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly PlacedOperation<T>[] placed;
    private readonly CellOperation<T>[] operations;
    private readonly Tensor<T>[] sources;
    private readonly PathMask<T>[] masks;
    private readonly bool dropsWhole;
    private double probability;
    private Tensor<T> dst = new("node", default);
    private Tensor<T> term = new("term", default);
    private Backend<T>? backend;

    /// <summary>A node whose parameters are declared.</summary>
    public CellNode(int state, PlacedOperation<T>[] placed, bool dropsWhole, ref int masks)
    {
        (State, this.placed, this.dropsWhole) = (state, placed, dropsWhole);
        operations = new CellOperation<T>[placed.Length];
        sources = new Tensor<T>[placed.Length];
        this.masks = new PathMask<T>[dropsWhole ? 1 : placed.Length];
        for (var i = 0; i < this.masks.Length; i++) this.masks[i] = new PathMask<T>(masks++);
    }

    /// <summary>Number of its state.</summary>
    public int State { get; }

    /// <summary>Probability that a path is dropped in training.</summary>
    public double DropPath { get; set; }

    /// <summary>Height and width of the sum.</summary>
    public (int Height, int Width) OutputSize(Tensor<T>[] states)
    {
        var shape = InferenceGraph<T>.From(placed[0].Module, states[placed[0].Source].Capacity).Output.Shape;
        return (shape.H, shape.W);
    }

    /// <summary>Asks for memory, a tick for each operation, and returns the tick after them.</summary>
    public int Plan(
        MemoryPlan<T> plan, Scratchpad<T> scratchpad, LivenessSchedule time, Tensor<T>[] states, Tensor<T> destination, int tick, int end)
    {
        (backend, dst) = (plan.Backend, destination);
        var (_, c, h, w) = destination.Capacity;
        term = scratchpad.Ask(ScratchpadSlot.Output, c, h, w);
        foreach (var mask in masks) mask.Plan(plan, time.Value(tick, end));
        for (var i = 0; i < placed.Length; i++, tick++)
        {
            sources[i] = states[placed[i].Source];
            operations[i] = Planned(placed[i], plan, scratchpad, time, tick, sources[i], destination);
        }

        return tick;
    }

    public void Forward(in Pass pass)
    {
        // Forward and backward of a pass must agree, whatever is set in between.
        probability = pass.Training ? DropPath : 0;
        for (var i = 0; i < operations.Length; i++)
        {
            if (Drops(i))
            {
                masks[i].Draw(backend!, pass, probability);
                operations[i].Forward(pass, term);
                backend!.ScaleImages(term, masks[i].Factors, dst, accumulate: i > 0);
            }
            else if (i == 0)
            {
                operations[i].Forward(pass, dst);
            }
            else if (placed[i].IsIdentity)
            {
                backend!.Add(sources[i], dst);
            }
            else
            {
                operations[i].Forward(pass, term);
                backend!.Add(term, dst);
            }
        }

        if (probability <= 0 || !dropsWhole) return;
        masks[0].Draw(backend!, pass, probability);
        backend!.ScaleImages(dst, masks[0].Factors, dst, accumulate: false);
    }

    public void Backward(in Pass pass)
    {
        var diff = dst.Diff!;
        if (probability > 0 && dropsWhole) backend!.ScaleImages(diff, masks[0].Factors, diff, accumulate: false);
        for (var i = operations.Length - 1; i >= 0; i--)
        {
            if (Drops(i)) backend!.ScaleImages(diff, masks[i].Factors, term, accumulate: false);
            operations[i].Backward(pass, Drops(i) ? term : diff);
        }
    }

    /// <summary>Adds the node to a graph.</summary>
    public GraphValue Trace(InferenceGraph<T> graph, GraphValue[] states)
    {
        GraphValue? sum = null;
        foreach (var operation in placed)
        {
            var value = operation.Module.Trace(graph, states[operation.Source]);
            sum = sum is null ? value : graph.Sum(sum, value);
        }

        return sum!;
    }

    private bool Drops(int i) => probability > 0 && !dropsWhole && !placed[i].IsIdentity;

    // Where the primitive says how cells share it, less is kept than the module itself would keep.
    private static CellOperation<T> Planned(
        PlacedOperation<T> placed, MemoryPlan<T> plan, Scratchpad<T> scratchpad,
        LivenessSchedule time, int tick, Tensor<T> src, Tensor<T> dst)
    {
        var (kept, module, (_, c, h, w)) = (time.Value(tick, tick), placed.Module, dst.Capacity);
        switch (placed.Primitive.Shared)
        {
            case SharedKind.None:
                return new ZeroOperation<T>(plan.Backend);
            case SharedKind.Skip when placed.IsIdentity:
                return new IdentityOperation<T>(plan.Backend, src);
            case SharedKind.Skip:
                return new FactorizedReduceOperation<T>(plan, scratchpad, kept, src, (FactorizedReduce<T>)module);
            case SharedKind.MaxPool:
                return new MaxPoolOperation<T>(
                    plan.Backend, src, plan.PerImage<byte>("max pool indices", c, h, w, kept), ((MaxPool<T>)module).Window);
            case SharedKind.AveragePool:
                return new AveragePoolOperation<T>(plan.Backend, src, ((AveragePool<T>)module).Window);
            case SharedKind.Separable:
                return new SeparableOperation<T>(plan, scratchpad, kept, src, [.. ((ISeparable<T>)module).Blocks]);
            default:
                (plan.DefaultLifetime, plan.DefaultDiffLifetime) = (kept, time.Diff(tick, tick));
                module.Plan(plan, src);
                return new ModuleOperation<T>(plan.Backend, module);
        }
    }
}

/// <summary>An operation of a node whose parameters are declared.</summary>
internal sealed record PlacedOperation<T>(Primitive Primitive, int Source, int Stride, Module<T> Module)
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>Whether it passes its source on: then it is not dropped, and not copied to be added.</summary>
    public bool IsIdentity => Primitive.IsIdentity(Stride);
}
