using CsCheck;
using MIOpenDarts.Interop.Errors;
using MIOpenDarts.Interop.Generated;
using MIOpenDarts.Interop.Handles;
using MIOpenDarts.Interop.MIOpen;
using MIOpenDarts.Interop.Tests.Worlds;

namespace MIOpenDarts.Interop.Tests.Inside;

/// <summary>Runs in a process with the real MIOpen and no GPU: everything that descriptors can do.</summary>
public sealed unsafe class DescriptorInside
{
    private static readonly Gen<(int Window, int Padding, int Stride, int Dilation)> Axis = Gen.Int[1, 7].SelectMany(window =>
        Gen.Select(Gen.Int[0, window - 1], Gen.Int[1, 3], Gen.Int[1, 3], (padding, stride, dilation) =>
            (window, padding, stride, dilation)));

    [InsideFact]
    public void Version_is_that_of_the_generation() =>
        Assert.Equal(World.Current == "6.4.3" ? new Version(3, 4, 0) : new Version(3, 5, 1), MIOpenHandle.LibraryVersion);

    [InsideFact]
    public void Tensors_are_what_they_were_made() =>
        Gen.Select(Gen.Int[1, 9].Array[1, 5], Gen.Enum<DataType>(), Gen.Bool, (lengths, type, gaps) => (lengths, type, gaps))
        .Holds(t =>
        {
            using var packed = TensorDescriptor.Packed(t.type, t.lengths);
            var strides = packed.Strides.Select(s => t.gaps ? s * 2 : s).ToArray();
            using var tensor = TensorDescriptor.Strided(t.type, t.lengths, strides);
            var (type, lengths, readStrides) = tensor.ReadBack();
            var last = t.lengths.Zip(strides, (l, s) => (l - 1L) * s).Sum() + 1;
            return type == t.type && lengths.SequenceEqual(t.lengths) && readStrides.SequenceEqual(strides)
                && tensor.IsPacked == !t.gaps && tensor.Bytes == last * ElementBytes(t.type);
        }, 300);

    [InsideFact]
    public void Convolutions_are_what_they_were_made_and_their_output_has_the_size_we_expect() =>
        Gen.Select(Axis, Axis, Gen.Int[1, 40], Gen.Int[1, 40], Gen.Int[1, 4], Gen.Int[1, 5], (h, w, ih, iw, n, g) => (h, w, ih, iw, n, g))
            .Holds(t =>
        {
            int Out(int length, (int Window, int Padding, int Stride, int Dilation) a) =>
                ((length + (2 * a.Padding) - (a.Dilation * (a.Window - 1)) - 1) / a.Stride) + 1;
            var (ih, iw) = (t.ih + (t.h.Dilation * t.h.Window), t.iw + (t.w.Dilation * t.w.Window));
            using var convolution = ConvolutionDescriptor.Create((t.h.Padding, t.w.Padding), (t.h.Stride, t.w.Stride),
                (t.h.Dilation, t.w.Dilation), t.g);
            using var x = TensorDescriptor.Packed(DataType.Float, t.n, 4 * t.g, ih, iw);
            using var w = TensorDescriptor.Packed(DataType.Float, 6 * t.g, 4, t.h.Window, t.w.Window);
            return convolution.OutputLengths(x, w) == (t.n, 6 * t.g, Out(ih, t.h), Out(iw, t.w))
                && convolution.ReadBack() == ((t.h.Padding, t.w.Padding), (t.h.Stride, t.w.Stride), (t.h.Dilation, t.w.Dilation), t.g);
        }, 300);

    [InsideFact]
    public void Poolings_are_what_they_were_made_and_have_the_output_size_and_the_workspace_we_expect() =>
        Gen.Select(Axis, Axis, Gen.Int[8, 40], Gen.Int[8, 40], Gen.Enum<PoolingMode>(), Gen.Enum<PoolingIndex>(),
            (h, w, ih, iw, mode, index) => (h, w, ih, iw, mode, index)).Holds(t =>
        {
            int Out(int length, (int Window, int Padding, int Stride, int Dilation) a) =>
                ((length + (2 * a.Padding) - a.Window) / a.Stride) + 1;
            using var pooling = PoolingDescriptor.Create(
                t.mode, (t.h.Window, t.w.Window), (t.h.Padding, t.w.Padding), (t.h.Stride, t.w.Stride), t.index);
            using var x = TensorDescriptor.Packed(DataType.Float, 2, 3, t.ih, t.iw);
            var (n, c, p, q) = pooling.OutputLengths(x);
            using var y = TensorDescriptor.Packed(DataType.Float, n, c, p, q);
            var workspace = t.mode == PoolingMode.Max ? 6L * p * q * (1 << (int)t.index) : 0;
            var readBack = pooling.ReadBack()
                == (t.mode, (t.h.Window, t.w.Window), (t.h.Padding, t.w.Padding), (t.h.Stride, t.w.Stride));
            return readBack && (n, c, p, q) == (2, 3, Out(t.ih, t.h), Out(t.iw, t.w)) && pooling.Index == t.index
                && pooling.WorkspaceBytes(y) == workspace;
        }, 300);

    [InsideFact]
    public void Activations_and_attributes_are_what_they_were_made()
    {
        foreach (var mode in Enum.GetValues<ActivationMode>())
        {
            using var activation = ActivationDescriptor.Create(mode, 0.25, 0.5, 2);
            Assert.Equal((mode, 0.25, 0.5, 2.0), activation.ReadBack());
        }
        using var convolution = ConvolutionDescriptor.Create((1, 1), (1, 1), (1, 1));
        Assert.False(convolution.Deterministic);
        convolution.Deterministic = true;
        convolution.FindMode = FindMode.Fast;
        Assert.Equal((true, FindMode.Fast), (convolution.Deterministic, convolution.FindMode));
    }

    [InsideFact]
    public void Batch_norm_parameters_are_derived_from_the_input()
    {
        using var x = TensorDescriptor.Packed(DataType.Float, 64, 16, 32, 24);
        using var spatial = x.ForBatchNorm(BatchNormMode.Spatial);
        using var perActivation = x.ForBatchNorm(BatchNormMode.PerActivation);
        Assert.Equal([1, 16, 1, 1], spatial.ReadBack().Lengths);
        Assert.Equal(spatial.Lengths, spatial.ReadBack().Lengths);
        Assert.Equal(perActivation.Lengths, perActivation.ReadBack().Lengths);
        Assert.Equal((64, 4L * 16 * 32 * 24), (spatial.Bytes, perActivation.Bytes));
    }

    [InsideFact]
    public void Problems_and_reductions_are_what_they_were_made()
    {
        using var x = TensorDescriptor.Packed(DataType.Float, 2, 16, 8, 8);
        using var w = TensorDescriptor.Packed(DataType.Float, 32, 16, 3, 3);
        using var y = TensorDescriptor.Packed(DataType.Float, 2, 32, 8, 8);
        using var convolution = ConvolutionDescriptor.Create((1, 1), (1, 1), (1, 1));
        foreach (var direction in Enum.GetValues<ConvolutionDirection>())
        {
            using var problem = ConvolutionProblem.Create(direction, convolution, x, w, y);
            Assert.False(problem.IsInvalid);
        }
        foreach (var operation in Enum.GetValues<ReduceOperation>())
        {
            using var reduction = ReduceDescriptor.Create(operation);
            Assert.Equal((operation, DataType.Float), reduction.ReadBack());
        }
    }

    [InsideFact]
    public void What_MIOpen_refuses_comes_as_its_exception()
    {
        using var x = TensorDescriptor.Packed(DataType.Float, 2, 16, 8, 8);
        using var w = TensorDescriptor.Packed(DataType.Float, 32, 5, 3, 3);
        using var convolution = ConvolutionDescriptor.Create((1, 1), (1, 1), (1, 1));
        var e = Assert.Throws<MIOpenException>(() => convolution.OutputLengths(x, w));
        Assert.Equal(("miopenGetConvolutionForwardOutputDim", 3, "miopenStatusBadParm"), (e.Call, e.Status, e.StatusName));
        Assert.Throws<MIOpenException>(() => ProblemSolution.Load([1, 2, 3]));
    }

    [InsideFact]
    public void Without_a_device_MIOpen_itself_gives_no_handle_and_hipBLAS_knows_its_words()
    {
        Assert.Throws<MIOpenException>(CreateHandle);
        Assert.Equal("HIPBLAS_STATUS_ALLOC_FAILED",
            Status.Text(HipBlasNative.hipblasStatusToString(hipblasStatus_t.HIPBLAS_STATUS_ALLOC_FAILED)));
    }

    private static void CreateHandle()
    {
        miopenHandle_t handle;
        Status.Check(MIOpenNative.miopenCreate(&handle));
    }

    private static int ElementBytes(DataType type) => type switch
    {
        DataType.Int8 => 1,
        DataType.Half or DataType.BFloat16 => 2,
        DataType.Float or DataType.Int32 => 4,
        _ => 8,
    };
}
