using System.Numerics;
using MIOpenDarts.Layers.Backends;
using MIOpenDarts.Layers.Tensors;

namespace MIOpenDarts.Darts.Supernets;

/// <summary>
/// The two parts of a state with partial channels: those that operations see, and those that bypass them, at stride 2 through a 2x2 max
/// pool (Xu et al. 2020, section 3.1). src: [N,C,H,W], head: [N,C/K,H,W], bypass: [N,C−C/K,⌈H/stride⌉,⌈W/stride⌉].
/// </summary>
internal sealed class ChannelSplit<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly Backend<T> backend;
    private readonly Tensor<T> src;
    private readonly Tensor<byte>? taps;

    public ChannelSplit(MemoryPlan<T> plan, Tensor<T> src, int parts, int stride)
    {
        (backend, this.src) = (plan.Backend, src);
        var (_, channels, h, w) = src.Capacity;
        var heads = channels / parts;
        Head = plan.ActivationWithDiff("head channels", heads, h, w);
        Bypass = plan.ActivationWithDiff("bypass channels", channels - heads, (h + stride - 1) / stride, (w + stride - 1) / stride);
        if (stride == 2) taps = plan.PerImage<byte>("bypass taps", channels - heads, (h + 1) / 2, (w + 1) / 2);
    }

    /// <summary>What operations see, with its gradient.</summary>
    public Tensor<T> Head { get; }

    /// <summary>What goes around them, with its gradient.</summary>
    public Tensor<T> Bypass { get; }

    /// <summary>Fills both parts.</summary>
    public void Forward() => backend.PartialSplitForward(src, Head, Bypass, taps);

    /// <summary>Clears both gradients, where they are only added to.</summary>
    public void ClearDiffs()
    {
        backend.Fill(Head.Diff!, T.Zero);
        backend.Fill(Bypass.Diff!, T.Zero);
    }

    /// <summary>src.Diff (+)= both gradients.</summary>
    public void Backward(bool accumulate) => backend.PartialSplitBackward(Head.Diff!, Bypass.Diff!, taps, src.Diff!, accumulate);
}
