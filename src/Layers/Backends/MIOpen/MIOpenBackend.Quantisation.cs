using MIOpenDarts.Layers.Tensors;

namespace MIOpenDarts.Layers.Backends.MIOpen;

internal sealed partial class MIOpenBackend
{
    /// <inheritdoc/>
    internal override void QuantiseForward(Tensor<float> src, Tensor<float>? bias, Tensor<float> dst, ByteScale scale)
    {
        var count = (int)src.Shape.Count;
        Arguments.Add(src.Address).Add(Address(bias)).Add(dst.Address).Add(scale.Step).Add((float)scale.Low).Add((float)scale.High)
            .Add(src.Shape.C).Add(src.Shape.Pixels).Add(count);
        Launch("quantise_forward", Groups(count), moved: 2L * count);
    }

    /// <inheritdoc/>
    internal override void QuantiseBackward(
        Tensor<float> src, Tensor<float>? bias, Tensor<float> diffDst, Tensor<float> diffSrc, Tensor<float>? diffBias, ByteScale scale,
        bool accumulate)
    {
        var (count, channels, pixels) = ((int)src.Shape.Count, src.Shape.C, src.Shape.Pixels);
        Arguments.Add(src.Address).Add(Address(bias)).Add(diffDst.Address).Add(diffSrc.Address).Add(scale.Step).Add((float)scale.Low)
            .Add((float)scale.High).Add(channels).Add(pixels).Add(Flag(accumulate)).Add(count);
        Launch("quantise_backward", Groups(count), moved: (accumulate ? 4L : 3L) * count);
        if (diffBias is null) return;
        Arguments.Add(diffSrc.Address).Add(diffBias.Address).Add(channels).Add(pixels).Add(src.Shape.N * pixels);
        Launch("quantise_bias", channels, moved: count);
    }
}
