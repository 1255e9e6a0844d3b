using System.Numerics;
using MIOpenDarts.Layers.Backends;
using MIOpenDarts.Layers.Modules;
using MIOpenDarts.Layers.Tensors;

namespace MIOpenDarts.Darts.Evaluation.Cells;

/// <summary>A node of a discrete cell: the sum of its operations, each (but the identity) under drop path, or the sum as a whole.</summary>
internal sealed class CellNode<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly (int Source, Module<T> Module)[] modules;
    private readonly CellOperation<T>[] operations;
    private readonly PathMask<T>[] masks;
    private readonly bool dropsWhole;
    private double probability;
    private Tensor<T> dst = new("node", default);
    private Tensor<T> term = new("term", default);
    private Backend<T>? backend;

    /// <summary>A node whose parameters are declared.</summary>
    public CellNode(int state, (int Source, Module<T> Module)[] modules, bool dropsWhole, ref int masks)
    {
        (State, this.modules, this.dropsWhole) = (state, modules, dropsWhole);
        operations = new CellOperation<T>[modules.Length];
        this.masks = new PathMask<T>[dropsWhole ? 1 : modules.Length];
        for (var i = 0; i < this.masks.Length; i++) this.masks[i] = new PathMask<T>(masks++);
    }

    /// <summary>Number of its state.</summary>
    public int State { get; }

    /// <summary>Probability that a path is dropped in training.</summary>
    public double DropPath { get; set; }

    /// <summary>Height and width of the sum.</summary>
    public (int Height, int Width) OutputSize(Tensor<T>[] states)
    {
        var (source, module) = modules[0];
        var shape = InferenceGraph<T>.Of(module, states[source].Capacity).Output.Shape;
        return (shape.H, shape.W);
    }

    /// <summary>Asks for memory, a tick for each operation, and returns the tick behind them.</summary>
    public int Plan(MemoryPlan<T> plan, Temporaries<T> temporaries, Timeline time, Tensor<T>[] states, Tensor<T> destination, int tick, int end)
    {
        (backend, dst) = (plan.Backend, destination);
        var (_, c, h, w) = destination.Capacity;
        term = temporaries.Ask(TemporaryPlace.Output, c, h, w);
        foreach (var mask in masks) mask.Plan(plan, time.Value(tick, end));
        for (var i = 0; i < modules.Length; i++, tick++)
            operations[i] = Planned(modules[i].Module, plan, temporaries, time, tick, states[modules[i].Source], destination);
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
            else if (operations[i] is IdentityOperation<T> identity)
            {
                backend!.Add(identity.Src, dst);
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
        foreach (var (source, module) in modules)
        {
            var value = module.Trace(graph, states[source]);
            sum = sum is null ? value : graph.Sum(sum, value);
        }

        return sum!;
    }

    private bool Drops(int i) => probability > 0 && !dropsWhole && operations[i] is not IdentityOperation<T>;

    private static CellOperation<T> Planned(
        Module<T> module, MemoryPlan<T> plan, Temporaries<T> temporaries, Timeline time, int tick, Tensor<T> src, Tensor<T> dst)
    {
        var kept = time.Value(tick, tick);
        switch (module)
        {
            case Identity<T>:
                return new IdentityOperation<T>(plan.Backend, src);
            case Zero<T>:
                return new ZeroOperation<T>(plan.Backend);
            case MaxPool<T> { Window: var window }:
                var (_, c, h, w) = dst.Capacity;
                return new MaxPoolOperation<T>(plan.Backend, src, plan.PerImage<byte>("max pool indices", c, h, w, kept), window);
            case AveragePool<T> { Window: var window }:
                return new AveragePoolOperation<T>(plan.Backend, src, window);
            case FactorizedReduce<T> halving:
                return new HalvingOperation<T>(plan, temporaries, kept, src, halving);
            case SepConv<T> { First: var first, Second: var second }:
                return new SeparableOperation<T>(plan, temporaries, kept, src, first, second);
            case SeparableBlock<T> block:
                return new SeparableOperation<T>(plan, temporaries, kept, src, block);
            default:
                (plan.DefaultLifetime, plan.DefaultDiffLifetime) = (kept, time.Diff(tick, tick));
                module.Plan(plan, src);
                return new ModuleOperation<T>(plan.Backend, module);
        }
    }
}
