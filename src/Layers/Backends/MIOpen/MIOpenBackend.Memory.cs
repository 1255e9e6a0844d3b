using System.Runtime.InteropServices;
using MIOpenDarts.Layers.Tensors;

namespace MIOpenDarts.Layers.Backends.MIOpen;

public sealed partial class MIOpenBackend
{
    /// <inheritdoc/>
    public override long? FreeBytes => Device.FreeMemory;

    /// <inheritdoc/>
    public override Storage Allocate(long bytes) => memory.Allocate(bytes);

    /// <inheritdoc/>
    public override void Upload<TElement>(ReadOnlySpan<TElement> source, Tensor<TElement> dst) =>
        memory.Upload(MemoryMarshal.AsBytes(source), dst.Address);

    /// <inheritdoc/>
    public override void Download<TElement>(Tensor<TElement> src, Span<TElement> destination) =>
        memory.Download(src.Address, MemoryMarshal.AsBytes(destination[..checked((int)src.Shape.Count)]));

    /// <inheritdoc/>
    public override void WriteImages(ReadOnlySpan<float> nchw, Tensor<float> dst) => Upload(nchw, dst);

    /// <inheritdoc/>
    public override void ReadImages(Tensor<float> src, Span<float> nchw) => Download(src, nchw);

    /// <inheritdoc/>
    public override void Fill(Tensor<float> dst, float value)
    {
        var count = (int)dst.Shape.Count;
        Arguments.Add(dst.Address).Add(value).Add(count);
        Launch("fill", Groups(count), moved: count);
    }

    /// <inheritdoc/>
    public override void Copy(Tensor<float> src, Tensor<float> dst)
    {
        var count = (int)src.Shape.Count;
        Arguments.Add(src.Address).Add(dst.Address).Add(count);
        Launch("copy", Groups(count), moved: 2L * count);
    }

    /// <inheritdoc/>
    public override void Add(Tensor<float> src, Tensor<float> dst) => AddTo(dst, src.Address);

    /// <inheritdoc/>
    public override void Synchronize() => memory.Wait();
}
