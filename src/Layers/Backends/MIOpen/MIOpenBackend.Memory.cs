using System.Runtime.InteropServices;
using MIOpenDarts.Layers.Tensors;

namespace MIOpenDarts.Layers.Backends.MIOpen;

internal sealed partial class MIOpenBackend
{
    // What a step takes beside its plan: workspaces of rocBLAS and MIOpen, whatever the size, and partial sums, which grow with it. Counted
    // on the virtual gfx803, for plans of 849 to 3,386 MiB: 73 to 99 MiB.
    private const long Workspaces = 80 << 20;
    private const double PartialSumShare = 0.01;

    /// <inheritdoc/>
    internal override long? LargestTensorBytes => int.MaxValue;

    /// <inheritdoc/>
    public override long? FreeBytes => Math.Max(0, (long)((1 - PartialSumShare) * (Device.FreeMemory - Workspaces)));

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
