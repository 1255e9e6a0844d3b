using System.Numerics;
using System.Runtime.CompilerServices;
using MIOpenDarts.Layers.Tensors;

namespace MIOpenDarts.Layers.Backends.Reference;

/// <summary>
/// The specification in code: plain loops over N, C, H, W with double accumulators, one thread. Tests compare every other
/// backend with it and derive from it what they must know beside the results; nobody optimises it.
/// </summary>
/// <typeparam name="T">float or double.</typeparam>
public unsafe partial class ReferenceBackend<T> : Backend<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly MemoryTally? tally;

    /// <summary>A backend on the machine's memory.</summary>
    public ReferenceBackend()
    {
    }

    private ReferenceBackend(MemoryTally tally) => this.tally = tally;

    /// <inheritdoc/>
    public override string Name => "reference";

    /// <inheritdoc/>
    public override string Description => $"plain loops, one thread, {typeof(T).Name}";

    /// <inheritdoc/>
    public override int Threads => 1;

    /// <inheritdoc/>
    internal override string Implementation(PlainOperation operation) => $"reference {typeof(T).Name}, plain loops";

    /// <inheritdoc/>
    public override string Signature => $"reference/{typeof(T).Name}";

    /// <inheritdoc/>
    public override long? FreeBytes => tally is null ? null : long.MaxValue;

    /// <inheritdoc/>
    internal override Backend<T> Counting(MemoryTally tally) => new ReferenceBackend<T>(tally);

    /// <inheritdoc/>
    public override Storage Allocate(long bytes) => tally?.Take(bytes) ?? new HostStorage(bytes);

    /// <inheritdoc/>
    public override void Upload<TElement>(ReadOnlySpan<TElement> source, Tensor<TElement> dst) =>
        source.CopyTo(new Span<TElement>((void*)dst.Address, checked((int)dst.Shape.Count)));

    /// <inheritdoc/>
    public override void Download<TElement>(Tensor<TElement> src, Span<TElement> destination) =>
        new ReadOnlySpan<TElement>((void*)src.Address, checked((int)src.Shape.Count)).CopyTo(destination);

    /// <inheritdoc/>
    public override void WriteImages(ReadOnlySpan<T> nchw, Tensor<T> dst) => Upload(nchw, dst);

    /// <inheritdoc/>
    public override void ReadImages(Tensor<T> src, Span<T> nchw) => Download(src, nchw);

    /// <inheritdoc/>
    public override void Fill(Tensor<T> dst, T value) => Values(dst).Fill(value);

    /// <inheritdoc/>
    public override void Copy(Tensor<T> src, Tensor<T> dst) => Values(src).CopyTo(Values(dst));

    /// <inheritdoc/>
    public override void Add(Tensor<T> src, Tensor<T> dst)
    {
        var (x, y) = (Values(src), Values(dst));
        for (var i = 0; i < x.Length; i++) y[i] += x[i];
    }

    private static Values<T> Values(Tensor<T> t) => new((T*)t.Address, checked((int)t.Shape.Count));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static double D(T x) => double.CreateTruncating(x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static T R(double x) => T.CreateTruncating(x);

    private static int At(Shape s, int n, int c, int h, int w) => ((n * s.C + c) * s.H + h) * s.W + w;

    private static bool Inside(Shape s, int h, int w) => (uint)h < (uint)s.H && (uint)w < (uint)s.W;

    private static void Store(ref T place, double value, bool accumulate) => place = accumulate ? R(D(place) + value) : R(value);
}
