using System.Numerics;
using MIOpenDarts.Layers.Backends;
using MIOpenDarts.Layers.Modules;
using MIOpenDarts.Layers.Tensors;

namespace MIOpenDarts.Darts.Supernets;

/// <summary>The operations of all edges that leave one state for which there is no faster way: each by its own module.</summary>
internal sealed class SharedModules<T>(MemoryPlan<T> plan, Tensor<T> src)
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly Backend<T> backend = plan.Backend;
    private readonly PathList<Module<T>> modules = new();

    /// <summary>Adds the operation of a path and returns its output [N,C,H',W'], with its gradient.</summary>
    public Tensor<T> Add(int path, Module<T> module)
    {
        modules.Add(path, module);
        return module.Plan(plan, src);
    }

    /// <summary>Keeps to what the last relaxation of <paramref name="architecture"/> computes.</summary>
    public void Select(ArchitectureParameters<T> architecture) => modules.Select(architecture);

    /// <summary>Clears the outputs' gradients, to which nodes only add.</summary>
    public void ClearDiffs()
    {
        foreach (var module in modules.Active) backend.Fill(module.Dst.Diff!, T.Zero);
    }

    public void Forward(in Pass pass)
    {
        foreach (var module in modules.Active) module.Forward(pass);
    }

    /// <summary>Adds to the state's gradient and, if asked, to the parameters'.</summary>
    public void Backward(in Pass pass)
    {
        foreach (var module in modules.Active) module.Backward(pass, accumulate: true);
    }
}
