using MIOpenDarts.Layers.Backends.Cpu.Building;
using MIOpenDarts.Layers.Backends.Cpu.Memory;
using MIOpenDarts.Layers.Backends.Cpu.Simd;
using MIOpenDarts.Layers.Tensors;

namespace MIOpenDarts.Layers.Backends.Cpu.Separable;

/// <summary>One branch of a call: geometry, filters repacked for the kernels, and partial sums.</summary>
internal unsafe struct BranchCall
{
    /// <summary>Output channels.</summary>
    public int Outputs;

    /// <summary>Output rows.</summary>
    public int Height;

    /// <summary>Output columns.</summary>
    public int Width;

    /// <summary>Output rows that are in work at a time, so that what is between depthwise and pointwise stays in L1.</summary>
    public int TileRows;

    /// <summary>Geometry of the depthwise convolution.</summary>
    public Window2D Window;

    /// <summary>False: ReLU and pointwise only, computed as one tap of weight one.</summary>
    public bool HasDepthwise;

    /// <summary>The depthwise filter: offsets in the bordered source.</summary>
    public TapList Taps;

    /// <summary>u → z: [I][O].</summary>
    public PackedFilter Forward;

    /// <summary>dz → du: [O][I].</summary>
    public PackedFilter Backward;

    /// <summary>Vectors in a pattern of output channels.</summary>
    public int OutputPeriod;

    /// <summary>z: [N,H,W,O].</summary>
    public float* Dst;

    /// <summary>Gradient with respect to the normalised z: [N,H,W,O].</summary>
    public float* DiffDst;

    /// <summary>From <see cref="DiffDst"/> and z to dz.</summary>
    public GradientPatterns Gradient;

    /// <summary>[N][3][O]: each image's sums (see <see cref="ChannelSums{S,V}"/>).</summary>
    public double* Statistics;

    /// <summary>[groups][like the product dzᵀ·u].</summary>
    public float* PointwiseSums;

    /// <summary>[groups][taps][pattern].</summary>
    public float* DepthwiseSums;

    /// <summary>Filters: [O,I,1,1] and [I,1,kh,kw] or null.</summary>
    public float* Pointwise, Depthwise;

    /// <summary>Gradients of the filters, null where none is wanted.</summary>
    public float* DiffPointwise, DiffDepthwise;

    /// <summary>Place of this branch's du image in a thread's memory.</summary>
    public nint DiffMiddle;

    /// <summary>Floats of one group's <see cref="PointwiseSums"/>.</summary>
    public readonly nint PointwiseFloats => (nint)Backward.Group * Outputs * Backward.Row;

    /// <summary>Sets the geometry.</summary>
    public void Describe(SeparableBranch<float> branch, int vectorWidth)
    {
        var (dst, inputs) = (branch.Dst.Value.Shape, branch.Src.Shape.C);
        (Outputs, Height, Width) = (dst.C, dst.H, dst.W);
        HasDepthwise = branch.Depthwise is not null;
        Window = HasDepthwise ? branch.Window : Window2D.Point;
        OutputPeriod = ChannelPattern.Vectors(Outputs, vectorWidth);
        TileRows = Math.Clamp(TileFloats / (Width * Math.Max(inputs, Outputs)), 1, Height);
        Forward = PackedFilter.For(inputs, Outputs, Width, vectorWidth);
        Backward = PackedFilter.For(Outputs, inputs, Width, vectorWidth);
    }

    /// <summary>Takes memory for the filters and the statistics.</summary>
    public void LayOut(ref BumpAllocator cursor, in SourceLayout source, int images, int vectorWidth)
    {
        Taps.LayOut(Window.Taps, (nint)source.Period * vectorWidth, ref cursor);
        Forward.LayOut(ref cursor);
        Statistics = cursor.Take<double>(images * 3 * Outputs);
    }

    /// <summary>Takes memory for the backward pass.</summary>
    public void LayOutGradient(ref BumpAllocator cursor, int groups, int pattern, int vectorWidth)
    {
        var output = OutputPeriod * vectorWidth;
        Backward.LayOut(ref cursor);
        Gradient.LayOut(output, ref cursor);
        PointwiseSums = cursor.Take(groups * PointwiseFloats);
        DepthwiseSums = cursor.Take((nint)groups * Window.Taps * pattern);
    }

    /// <summary>Copies addresses and the gradient vectors.</summary>
    public void FillGradient(SeparableBranch<float> branch, int vectorWidth)
    {
        var (v, output) = (branch.Dst, OutputPeriod * vectorWidth);
        DiffDst = (float*)v.Diff!.Address;
        DiffPointwise = AddressOf(branch.Pointwise.Diff);
        DiffDepthwise = AddressOf(branch.Depthwise?.Diff);
        Gradient.Fill(v.Gradient, Outputs, output);
    }

    /// <summary>The window and the extent of the outputs.</summary>
    public readonly WindowGeometry Geometry => new(Window, Height, Width);

    private static float* AddressOf(Tensor<float>? tensor) => tensor is null ? null : (float*)tensor.Address;

    private const int TileFloats = 4096;
}
