using System.Numerics;
using MIOpenDarts.Layers.Backends;
using MIOpenDarts.Layers.Tensors;

namespace MIOpenDarts.Layers.Modules;

/// <summary>Convolution without bias. x: [N,I,H,W], filter: [O,I/groups,kh,kw], y: [N,O,H',W'].</summary>
/// <typeparam name="T">float or double.</typeparam>
public sealed class Convolution<T> : OperationModule<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly int groups;
    /// <summary>Declares prefix + "weight".</summary>
    /// <exception cref="ArgumentException">The groups do not divide both channel counts.</exception>
    public Convolution(ParameterSet<T> parameters, string prefix, int inputs, int outputs, Window2D window, int groups = 1)
    {
        if (inputs % groups != 0 || outputs % groups != 0)
            throw new ArgumentException($"{groups} groups do not divide {inputs} input and {outputs} output channels.", nameof(groups));
        this.groups = groups;
        Window = window;
        Weights = parameters.AddParameter(
            prefix + "weight", new Shape(outputs, inputs / groups, window.KernelH, window.KernelW),
            Initializer.FanIn, inputs / groups * window.Taps);
    }

    /// <summary>Filter [O,I/groups,kh,kw].</summary>
    public Tensor<T> Weights { get; }

    /// <summary>Geometry.</summary>
    public Window2D Window { get; }

    /// <inheritdoc/>
    public override GraphValue Trace(InferenceGraph<T> graph, GraphValue source) => graph.Convolution(source, Weights, Window);

    /// <inheritdoc/>
    public override int[]? Widen(Module<T> narrow, ChannelCopies copies, int[]? inputs)
    {
        var (old, now) = (((Convolution<T>)narrow).Weights.Capacity, Weights.Capacity);
        if (groups == now.N && now.C == 1)
        {
            inputs ??= copies.Draw(old.N, now.N);
            copies.Add(Weights, inputs, null);
            return inputs;
        }

        if (groups > 1) throw new NotSupportedException($"How {Weights.Name} in {groups} groups takes more channels is not known.");
        inputs ??= copies.Draw(old.C, now.C);
        var outputs = copies.Draw(old.N, now.N);
        copies.Add(Weights, outputs, inputs);
        return outputs;
    }

    /// <inheritdoc/>
    protected override LayerOperation<T> PlanOperation(MemoryPlan<T> plan, Tensor<T> source)
    {
        var x = source.Capacity;
        if (x.C != Weights.Capacity.C * groups)
            throw new ArgumentException(
                $"{Weights.Name} takes {Weights.Capacity.C * groups} channels, but {source.Name} has {x.C}.", nameof(source));
        var dst = plan.ActivationWithDiff(Weights.Name + " output", Weights.Capacity.N, Window.OutputHeight(x.H), Window.OutputWidth(x.W));
        return plan.Backend.PlanConvolution(plan, source, Weights, dst, Window, groups);
    }
}
