using System.Numerics;
using MIOpenDarts.Layers.Backends;
using MIOpenDarts.Layers.Modules;
using MIOpenDarts.Layers.Tensors;

namespace MIOpenDarts.Darts.Supernets;

/// <summary>A cell's preprocessing block: the 1x1 convolution fused with its ReLU and statistics, or a factorized reduction as it is.</summary>
internal sealed class SharedPreprocess<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly Backend<T> backend;
    private readonly Module<T> module;
    private readonly SeparableBranch<T>[] branch = [];

    public SharedPreprocess(Module<T> module, MemoryPlan<T> plan, Tensor<T> src, Lifetime diffs)
    {
        backend = plan.Backend;
        this.module = module;
        if (module is not ReluConvBn<T> block)
        {
            Dst = module.Plan(plan, src);
            return;
        }

        var (_, _, h, w) = src.Capacity;
        var channels = block.Convolution.Weights.Capacity.N;
        Dst = plan.Activation("preprocessed", channels, h, w);
        Dst.Diff = plan.Activation("d preprocessed", channels, h, w, diffs);
        var raw = new NormalizedTensor<T>(plan.Activation(block.Convolution.Weights.Name + " output", channels, h, w), block.Norm.Norm) { Diff = Dst.Diff };
        raw.Plan(plan);
        branch = [new SeparableBranch<T> { Src = src, Pointwise = block.Convolution.Weights, Window = Window.Point, Dst = raw }];
        backend.PlanSeparable(plan, branch);
    }

    /// <summary>The state [N,C,H,W], with its gradient.</summary>
    public Tensor<T> Dst { get; }

    public void Forward(in Pass pass)
    {
        if (branch.Length == 0)
        {
            module.Forward(pass);
            return;
        }

        backend.SeparableForward(branch, pass.Training);
        backend.NormalizationForward(branch[0].Dst.Value, branch[0].Dst.Norm, Dst);
    }

    public void Backward(in Pass pass)
    {
        if (branch.Length == 0)
        {
            module.Backward(pass, accumulate: true);
            return;
        }

        backend.NormalizationGradient(branch[0].Dst, null, -1, null);
        backend.SeparableBackward(branch, pass.WeightGradients);
    }
}
