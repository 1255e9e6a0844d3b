using MIOpenDarts.Layers.Tensors;

namespace MIOpenDarts.Layers.Backends;

public abstract partial class Backend<T>
{
    /// <summary>
    /// dst = largest value in the window; outside the image does not count. <paramref name="indices"/> keeps the tap (row order)
    /// of the first largest for the backward pass. src: [N,C,H,W], dst and indices: [N,C,H',W'], in an order of the backend's own.
    /// </summary>
    /// <exception cref="NotSupportedException">On a device: a window with dilation.</exception>
    public abstract void MaxPoolForward(Tensor<T> src, Tensor<T> dst, Tensor<byte> indices, Window2D window);

    /// <summary>
    /// diffSrc (+)= diffDst at the largest value of each window, and zero elsewhere. indices are those of <see cref="MaxPoolForward"/>,
    /// with its shapes.
    /// </summary>
    /// <exception cref="NotSupportedException">On a device: a window with dilation.</exception>
    public abstract void MaxPoolBackward(Tensor<T> diffDst, Tensor<byte> indices, Tensor<T> diffSrc, Window2D window, bool accumulate);

    /// <summary>
    /// dst = mean of the window's pixels inside the image (PyTorch's count_include_pad = false). src: [N,C,H,W], dst: [N,C,H',W'].
    /// </summary>
    /// <exception cref="NotSupportedException">On a device: a window with dilation.</exception>
    public abstract void AveragePoolForward(Tensor<T> src, Tensor<T> dst, Window2D window);

    /// <summary>
    /// diffSrc (+)= diffDst / number of pixels inside, at each of them. Shapes as in <see cref="AveragePoolForward"/>.
    /// </summary>
    /// <exception cref="NotSupportedException">On a device: a window with dilation.</exception>
    public abstract void AveragePoolBackward(Tensor<T> diffDst, Tensor<T> diffSrc, Window2D window, bool accumulate);

    /// <summary>dst = mean over all pixels. src: [N,C,H,W], dst: [N,C,1,1].</summary>
    public abstract void GlobalAverageForward(Tensor<T> src, Tensor<T> dst);

    /// <summary>diffSrc (+)= diffDst / (H·W). diffDst: [N,C,1,1], diffSrc: [N,C,H,W].</summary>
    public abstract void GlobalAverageBackward(Tensor<T> diffDst, Tensor<T> diffSrc, bool accumulate);
}
