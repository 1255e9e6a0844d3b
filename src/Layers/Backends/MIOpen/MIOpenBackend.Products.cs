using MIOpenDarts.Interop.Blas;
using MIOpenDarts.Interop.Memory;
using MIOpenDarts.Layers.Tensors;

namespace MIOpenDarts.Layers.Backends.MIOpen;

// Matrix products of hipBLAS, which is column-major: a packed row-major matrix is its own transpose there. Only products without a
// transposed left matrix are asked for, because rocBLAS computes wrong ones on gfx803; those run on kernels of our own.
public sealed partial class MIOpenBackend
{
    /// <inheritdoc/>
    public override void LinearForward(Tensor<float> src, Tensor<float> weights, Tensor<float> bias, Tensor<float> dst)
    {
        // src·weightsᵀ would need the left matrix transposed: a pointwise convolution of one pixel computes the same.
        var table = Single(Pointwise(src, weights.Address, null, dst.Address, dst.Shape, Window.Point), src.Shape.N);
        Forward(table, 1);
        Arguments.Add(bias.Address).Add(dst.Address).Add(dst.Shape.C).Add((int)dst.Shape.Count);
        Launch("add_bias", Groups(dst.Shape.Count));
    }

    /// <inheritdoc/>
    public override void LinearBackwardData(Tensor<float> diffDst, Tensor<float> weights, Tensor<float> diffSrc)
    {
        var (images, inputs, outputs) = (diffSrc.Shape.N, diffSrc.Shape.C, diffDst.Shape.C);
        blas.Value.Gemm(
            1, new Matrix(Span(weights), inputs, outputs), new Matrix(Span(diffDst), outputs, images), 0, new Matrix(Span(diffSrc), inputs, images));
    }

    /// <inheritdoc/>
    public override void LinearBackwardWeights(Tensor<float> src, Tensor<float> diffDst, Tensor<float> diffWeights, Tensor<float> diffBias)
    {
        var (images, inputs, outputs) = (src.Shape.N, src.Shape.C, diffDst.Shape.C);
        blas.Value.Gemm(
            1, new Matrix(Span(src), inputs, images), new Matrix(Span(diffDst), outputs, images, transposed: true), 1,
            new Matrix(Span(diffWeights), inputs, outputs));
        Arguments.Add(diffDst.Address).Add(diffBias.Address).Add(images).Add(outputs);
        Launch("bias_gradient", Groups(outputs));
    }

    private void PointwiseForward(Tensor<float> src, Tensor<float> weights, Tensor<float> dst)
    {
        var (inputs, outputs, pixels) = (src.Shape.C, dst.Shape.C, src.Shape.Pixels);
        blas.Value.GemmStridedBatched(
            src.Shape.N, 1, new Matrix(Span(src), pixels, inputs), src.Shape.CountPerImage, new Matrix(Span(weights), inputs, outputs), 0,
            0, new Matrix(Span(dst), pixels, outputs), dst.Shape.CountPerImage);
    }

    private void PointwiseBackwardData(Tensor<float> diffDst, Tensor<float> weights, Shape src, nint diffSrc)
    {
        var (inputs, outputs, pixels) = (src.C, diffDst.Shape.C, src.Pixels);
        blas.Value.GemmStridedBatched(
            src.N, 1, new Matrix(Span(diffDst), pixels, outputs), diffDst.Shape.CountPerImage,
            new Matrix(Span(weights), inputs, outputs, transposed: true), 0,
            0, new Matrix(memory.Span(diffSrc, src.Count * sizeof(float)), pixels, inputs), src.CountPerImage);
    }

    private DeviceSpan Span(Tensor<float> tensor) => memory.Span(tensor.Address, tensor.Shape.Count * sizeof(float));
}
