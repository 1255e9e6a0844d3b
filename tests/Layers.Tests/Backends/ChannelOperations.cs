using MIOpenDarts.Layers.Tensors;

namespace MIOpenDarts.Layers.Tests.Backends;

/// <summary>A state of K times as many channels as its head; strided where the case's window is.</summary>
internal abstract class ChannelOperation : Operation
{
    public override OperationCase Restrict(OperationCase c) => c with { C = Math.Max(1, c.C / K(c)) * K(c) };

    protected static int K(OperationCase c) => 2 + c.Seed % 5;

    protected static bool Pooled(OperationCase c) => c.Window.StrideH == 2;

    protected static Shape Head(OperationCase c) => c.Src with { C = c.C / K(c) };

    protected static Shape Rest(OperationCase c) => c.Src with { C = c.C - c.C / K(c) };

    protected static Shape Bypass(OperationCase c) => Pooled(c) ? Rest(c) with { H = (c.H + 1) / 2, W = (c.W + 1) / 2 } : Rest(c);
}

internal sealed class PartialSplitForward : ChannelOperation
{
    public override Action Prepare<T>(Rig<T> rig, OperationCase c)
    {
        var (src, head, bypass, back) = (rig.Images(c.Src), rig.ImageResult(Head(c), 0), rig.ImageResult(Bypass(c), 0),
            rig.ImageResult(c.Src, 0));
        var taps = Pooled(c) ? rig.Taps(Bypass(c)) : null;
        // The gradient of the parts shows where each value came from: ties must go to the same pixel on every backend.
        return () =>
        {
            rig.Backend.PartialSplitForward(src, head, bypass, taps);
            rig.Backend.PartialSplitBackward(head, bypass, taps, back, accumulate: false);
        };
    }
}

internal sealed class PartialSplitBackward : ChannelOperation
{
    public override Action Prepare<T>(Rig<T> rig, OperationCase c)
    {
        var (src, head, bypass) = (rig.Images(c.Src), rig.Images(Head(c)), rig.Images(Bypass(c)));
        var (diffHead, diffBypass, diffSrc) = (rig.Images(Head(c)), rig.Images(Bypass(c)), rig.ImageResult(c.Src, Sum(1)));
        var taps = Pooled(c) ? rig.Taps(Bypass(c)) : null;
        rig.Backend.PartialSplitForward(src, head, bypass, taps);
        return () => rig.Backend.PartialSplitBackward(diffHead, diffBypass, taps, diffSrc, c.Accumulate);
    }
}

internal sealed class PartialMergeForward : ChannelOperation
{
    public override Action Prepare<T>(Rig<T> rig, OperationCase c)
    {
        var (mixed, bypass, dst) = (rig.Images(Head(c)), rig.Images(Rest(c)), rig.ImageResult(c.Src, 0));
        return () => rig.Backend.PartialMergeForward(mixed, bypass, dst);
    }
}

internal sealed class PartialMergeBackward : ChannelOperation
{
    public override Action Prepare<T>(Rig<T> rig, OperationCase c)
    {
        var (diffDst, diffMixed, diffBypass) = (rig.Images(c.Src), rig.ImageResult(Head(c), 0), rig.ImageResult(Rest(c), 0));
        return () => rig.Backend.PartialMergeBackward(diffDst, diffMixed, diffBypass);
    }
}
