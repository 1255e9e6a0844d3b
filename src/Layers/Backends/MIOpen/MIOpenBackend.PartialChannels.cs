using MIOpenDarts.Layers.Backends.MIOpen.Kernels;
using MIOpenDarts.Layers.Tensors;

namespace MIOpenDarts.Layers.Backends.MIOpen;

internal sealed partial class MIOpenBackend
{
    /// <inheritdoc/>
    public override void PartialSplitForward(Tensor<float> src, Tensor<float> head, Tensor<float> bypass, Tensor<byte>? taps)
    {
        Arguments.Add(src.Address).Add(head.Address).Add(bypass.Address).Add(taps?.Address ?? 0)
            .Add(PartialChannelsOf(src.Shape, bypass.Shape, head.Shape.C));
        var widest = (int)Math.Max(head.Shape.Count, bypass.Shape.Count);
        Launch("partial_split_forward", Groups(widest), 2, moved: src.Shape.Count + head.Shape.Count + bypass.Shape.Count);
    }

    /// <inheritdoc/>
    public override void PartialSplitBackward(
        Tensor<float> diffHead, Tensor<float> diffBypass, Tensor<byte>? taps, Tensor<float> diffSrc, bool accumulate)
    {
        Arguments.Add(diffHead.Address).Add(diffBypass.Address).Add(taps?.Address ?? 0).Add(diffSrc.Address).Add(Flag(accumulate))
            .Add(PartialChannelsOf(diffSrc.Shape, diffBypass.Shape, diffHead.Shape.C));
        var widest = Math.Max(diffHead.Shape.C, diffSrc.Shape.C - diffHead.Shape.C) * diffSrc.Shape.Pixels * diffSrc.Shape.N;
        Launch("partial_split_backward", Groups(widest), 2, moved: (accumulate ? 3L : 2L) * diffSrc.Shape.Count);
    }

    /// <inheritdoc/>
    public override void PartialMergeForward(Tensor<float> mixed, Tensor<float> bypass, Tensor<float> dst)
    {
        Arguments.Add(mixed.Address).Add(bypass.Address).Add(dst.Address).Add(PartialChannelsOf(dst.Shape, bypass.Shape, mixed.Shape.C));
        Launch("partial_merge_forward", Groups((int)dst.Shape.Count), moved: 2L * dst.Shape.Count);
    }

    /// <inheritdoc/>
    public override void PartialMergeBackward(Tensor<float> diffDst, Tensor<float> diffMixed, Tensor<float> diffBypass)
    {
        Arguments.Add(diffDst.Address).Add(diffMixed.Address).Add(diffBypass.Address)
            .Add(PartialChannelsOf(diffDst.Shape, diffBypass.Shape, diffMixed.Shape.C));
        Launch("partial_merge_backward", Groups((int)diffDst.Shape.Count), moved: 2L * diffDst.Shape.Count);
    }

    private static PartialChannels PartialChannelsOf(Shape whole, Shape bypass, int heads) => new()
    {
        Images = whole.N,
        Channels = whole.C,
        Heads = heads,
        Height = whole.H,
        Width = whole.W,
        OutHeight = bypass.H,
        OutWidth = bypass.W,
    };
}
