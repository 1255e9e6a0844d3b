using MIOpenDarts.Interop.Blas;
using MIOpenDarts.Interop.Memory;
using MIOpenDarts.Interop.MIOpen;
using MIOpenDarts.Layers.Backends.MIOpen.Convolutions;
using MIOpenDarts.Layers.Tensors;

namespace MIOpenDarts.Layers.Backends.MIOpen;

// Matrix products of hipBLAS, which is column-major: a packed row-major matrix is its own transpose there. Only products without a
// transposed left matrix are called, because rocBLAS computes wrong ones on gfx803; those run on kernels of our own.
internal sealed partial class MIOpenBackend
{
    private readonly Dictionary<ConvolutionKey, bool> byMIOpen = [];

    /// <inheritdoc/>
    public override void LinearForward(Tensor<float> src, Tensor<float> weights, Tensor<float> bias, Tensor<float> dst)
    {
        // src·weightsᵀ would need the left matrix transposed: a pointwise convolution of one pixel computes the same.
        var table = Single(Pointwise(src, weights.Address, null, dst.Address, dst.Shape, Window2D.Point), src.Shape.N);
        Forward(table, 1);
        Combine(TensorOperation.Add, Described(dst), Described(bias), dst, accumulate: false);
    }

    /// <inheritdoc/>
    public override void LinearBackwardData(Tensor<float> diffDst, Tensor<float> weights, Tensor<float> diffSrc)
    {
        var (images, inputs, outputs) = (diffSrc.Shape.N, diffSrc.Shape.C, diffDst.Shape.C);
        blas.Value.Gemm(
            1, new Matrix(Span(weights), inputs, outputs), new Matrix(Span(diffDst), outputs, images), 0,
            new Matrix(Span(diffSrc), inputs, images));
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
        var key = new ConvolutionKey(ConvolutionDirection.Forward, src.Shape, weights.Shape, dst.Shape, Window2D.Point, 1, Deterministic);
        if (collected is not null || ByMIOpen(key)) Convolve(key, src.Address, weights.Address, dst.Address);
        else Multiply(key, src.Address, weights.Address, dst.Address);
    }

    private void PointwiseBackwardData(in ConvolutionKey key, Tensor<float> diffDst, Tensor<float> weights, nint diffSrc)
    {
        if (collected is not null || ByMIOpen(key)) Convolve(key, diffSrc, weights.Address, diffDst.Address);
        else Multiply(key, diffSrc, weights.Address, diffDst.Address);
    }

    /// <summary>A pointwise convolution or its data gradient as one product for each image.</summary>
    private void Multiply(in ConvolutionKey key, nint x, nint w, nint y)
    {
        var (inputs, outputs, pixels) = (key.Src.C, key.Dst.C, key.Src.Pixels);
        var (src, dst) = (memory.Span(x, key.Src.Count * sizeof(float)), memory.Span(y, key.Dst.Count * sizeof(float)));
        var weights = memory.Span(w, key.Weights.Count * sizeof(float));
        if (key.Direction == ConvolutionDirection.Forward)
            blas.Value.GemmStridedBatched(
                key.Src.N, 1, new Matrix(src, pixels, inputs), key.Src.CountPerImage, new Matrix(weights, inputs, outputs), 0,
                0, new Matrix(dst, pixels, outputs), key.Dst.CountPerImage);
        else
            blas.Value.GemmStridedBatched(
                key.Src.N, 1, new Matrix(dst, pixels, outputs), key.Dst.CountPerImage,
                new Matrix(weights, inputs, outputs, transposed: true), 0,
                0, new Matrix(src, pixels, inputs), key.Src.CountPerImage);
    }

    private bool ByMIOpen(in ConvolutionKey key)
    {
        if (!byMIOpen.TryGetValue(key, out var chosen)) byMIOpen[key] = chosen = choices.Value[key] is { Library: SolverChoice.MIOpen };
        return chosen;
    }

    private DeviceSpan Span(Tensor<float> tensor) => memory.Span(tensor.Address, tensor.Shape.Count * sizeof(float));
}
