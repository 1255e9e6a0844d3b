using System.Numerics;
using MIOpenDarts.Layers.Backends;
using MIOpenDarts.Layers.Randomness;
using MIOpenDarts.Layers.Tensors;

namespace MIOpenDarts.Layers.Modules;

/// <summary>
/// Drop path (Larsson et al. 2017, as the official code has it): y = x/keep · mask with one draw an image, in training only.
/// x and y: [N,C,H,W].
/// </summary>
/// <typeparam name="T">float or double.</typeparam>
/// <param name="index">Number of this module in its network: keys its draws.</param>
public sealed class DropPath<T>(int index) : Module<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private Tensor<T>? factors;
    private T[] draws = [];
    private bool dropping;

    /// <summary>Probability that an image's path is dropped, in [0, 1).</summary>
    public double Probability { get; set; }

    /// <inheritdoc/>
    public override void Forward(in Pass pass)
    {
        dropping = pass.Training && Probability > 0;
        if (!dropping)
        {
            Backend.Copy(Src, Dst);
            return;
        }

        var random = pass.Random(RandomStream.DropPath, index);
        // One draw for each image of the batch, of which only some may be at hand.
        for (var others = Backend.Leaves.UnderWay.First; others > 0; others--) random.NextDouble();
        var images = Src.Shape.N;
        var keep = T.CreateChecked(1 / (1 - Probability));
        for (var n = 0; n < images; n++) draws[n] = random.NextDouble() < Probability ? T.Zero : keep;
        Backend.Upload<T>(draws.AsSpan(0, images), factors!);
        Backend.ScaleImages(Src, factors!, Dst, accumulate: false);
    }

    /// <inheritdoc/>
    public override void Backward(in Pass pass, bool accumulate)
    {
        if (dropping) Backend.ScaleImages(Dst.Diff!, factors!, Src.Diff!, accumulate);
        else if (accumulate) Backend.Add(Dst.Diff!, Src.Diff!);
        else Backend.Copy(Dst.Diff!, Src.Diff!);
    }

    /// <inheritdoc/>
    public override GraphValue Trace(InferenceGraph<T> graph, GraphValue source) => source;

    /// <inheritdoc/>
    public override int[]? Widen(Module<T> narrow, ChannelCopies copies, int[]? inputs) => inputs;

    /// <inheritdoc/>
    protected override Tensor<T> PlanDestination(MemoryPlan<T> plan, Tensor<T> source)
    {
        factors = plan.PerImage<T>("drop path mask", 1, 1, 1);
        draws = new T[plan.Batch];
        return plan.ActivationWithDiff("drop path", source.Capacity.C, source.Capacity.H, source.Capacity.W);
    }
}

/// <summary>Dropout (Srivastava et al. 2014): y = x/keep · mask with one draw an element, in training only. x and y: [N,C,H,W].</summary>
/// <typeparam name="T">float or double.</typeparam>
/// <param name="index">Number of this module in its network: keys its draws.</param>
/// <param name="probability">Probability that an element is dropped, in [0, 1).</param>
public sealed class Dropout<T>(int index, double probability) : Module<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private Tensor<T>? factors;
    private T[] draws = [];
    private bool dropping;

    /// <inheritdoc/>
    public override void Forward(in Pass pass)
    {
        dropping = pass.Training && probability > 0;
        if (!dropping)
        {
            Backend.Copy(Src, Dst);
            return;
        }

        var random = pass.Random(RandomStream.Dropout, index);
        for (var others = Backend.Leaves.UnderWay.First * Src.Shape.CountPerImage; others > 0; others--) random.NextSingle();
        var count = (int)Src.Shape.Count;
        var keep = T.CreateChecked(1 / (1 - probability));
        for (var i = 0; i < count; i++) draws[i] = random.NextSingle() < probability ? T.Zero : keep;
        Backend.WriteImages(draws.AsSpan(0, count), factors!);
        Backend.Multiply(Src, factors!, Dst, accumulate: false);
    }

    /// <inheritdoc/>
    public override void Backward(in Pass pass, bool accumulate)
    {
        if (dropping) Backend.Multiply(Dst.Diff!, factors!, Src.Diff!, accumulate);
        else if (accumulate) Backend.Add(Dst.Diff!, Src.Diff!);
        else Backend.Copy(Dst.Diff!, Src.Diff!);
    }

    /// <inheritdoc/>
    public override GraphValue Trace(InferenceGraph<T> graph, GraphValue source) => source;

    /// <inheritdoc/>
    public override int[]? Widen(Module<T> narrow, ChannelCopies copies, int[]? inputs) => inputs;

    /// <inheritdoc/>
    protected override Tensor<T> PlanDestination(MemoryPlan<T> plan, Tensor<T> source)
    {
        var (_, c, h, w) = source.Capacity;
        factors = plan.Activation("dropout mask", c, h, w);
        draws = new T[factors.Capacity.Count];
        return plan.ActivationWithDiff("dropout", c, h, w);
    }
}
