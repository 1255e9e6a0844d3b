using MIOpenDarts.Interop.MIOpen;
using MIOpenDarts.Layers.Tensors;

namespace MIOpenDarts.Layers.Backends.MIOpen.Device;

/// <summary>MIOpen's descriptions of shapes and windows. Each is made once, so that nothing is allocated in a step.</summary>
internal sealed class Descriptors : IDisposable
{
    private readonly Dictionary<Shape, TensorDescriptor> tensors = [];
    private readonly Dictionary<int, TensorDescriptor> normalizations = [];
    private readonly Dictionary<(PoolingMode, Window2D), PoolingDescriptor> pools = [];
    private readonly Lazy<ActivationDescriptor> relu = new(() => ActivationDescriptor.Create(ActivationMode.Relu));

    /// <summary>max(x, 0).</summary>
    public ActivationDescriptor Relu => relu.Value;

    /// <summary>A packed tensor of floats.</summary>
    public TensorDescriptor this[Shape s] =>
        tensors.TryGetValue(s, out var known) ? known : tensors[s] = TensorDescriptor.Packed(DataType.Float, s.N, s.C, s.H, s.W);

    /// <summary>Scale, shift and statistics of a batch norm over tensors of this shape.</summary>
    public TensorDescriptor Normalization(Shape s) =>
        normalizations.TryGetValue(s.C, out var known) ? known : normalizations[s.C] = this[s].ForBatchNorm(BatchNormMode.Spatial);

    /// <summary>A pool.</summary>
    /// <exception cref="NotSupportedException">MIOpen has no pools with dilation.</exception>
    public PoolingDescriptor Pool(PoolingMode mode, Window2D w)
    {
        if (pools.TryGetValue((mode, w), out var known)) return known;
        if (w.Dilation != 1) throw new NotSupportedException($"A pool with dilation {w.Dilation}: MIOpen has only dilation 1.");
        return pools[(mode, w)] = PoolingDescriptor.Create(mode, (w.KernelH, w.KernelW), (w.PaddingH, w.PaddingW), (w.StrideH, w.StrideW));
    }

    public void Dispose()
    {
        foreach (var tensor in tensors.Values.Concat(normalizations.Values)) tensor.Dispose();
        foreach (var pool in pools.Values) pool.Dispose();
        if (relu.IsValueCreated) relu.Value.Dispose();
    }
}
