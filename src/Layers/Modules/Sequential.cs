using System.Numerics;
using MIOpenDarts.Layers.Backends;
using MIOpenDarts.Layers.Tensors;

namespace MIOpenDarts.Layers.Modules;

/// <summary>Modules one after another.</summary>
/// <typeparam name="T">float or double.</typeparam>
/// <param name="modules">In order.</param>
public class Sequential<T>(params Module<T>[] modules) : Module<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>The modules in order.</summary>
    public IReadOnlyList<Module<T>> Modules => modules;

    /// <inheritdoc/>
    public override void Forward(in Pass pass)
    {
        foreach (var module in modules) module.Forward(pass);
    }

    /// <inheritdoc/>
    public override void Backward(in Pass pass, bool accumulate)
    {
        for (var i = modules.Length - 1; i >= 0; i--) modules[i].Backward(pass, accumulate && i == 0);
    }

    /// <inheritdoc/>
    public override GraphValue Trace(InferenceGraph<T> graph, GraphValue source) =>
        modules.Aggregate(source, (value, module) => module.Trace(graph, value));

    /// <inheritdoc/>
    public override int[]? Widen(Module<T> narrow, ChannelCopies copies, int[]? inputs)
    {
        if (narrow is not Sequential<T> other || !other.Modules.Select(m => m.GetType()).SequenceEqual(modules.Select(m => m.GetType())))
            throw new NotSupportedException($"How {NameOf(this)} takes the place of {NameOf(narrow)} is not known.");
        foreach (var (old, now) in other.Modules.Zip(modules)) inputs = now.Widen(old, copies, inputs);
        return inputs;
    }

    /// <inheritdoc/>
    protected override Tensor<T> PlanDestination(MemoryPlan<T> plan, Tensor<T> source)
    {
        foreach (var module in modules) source = module.Plan(plan, source);
        return source;
    }

    private static string NameOf(Module<T> module) =>
        module is Sequential<T> sequence
            ? $"{module.GetType().Name} ({string.Join(", ", sequence.Modules.Select(m => m.GetType().Name))})"
            : module.GetType().Name;
}
