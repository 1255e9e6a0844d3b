using MIOpenDarts.Interop.Blas;
using MIOpenDarts.Interop.Devices;
using MIOpenDarts.Interop.Memory;
using MIOpenDarts.Interop.MIOpen;
using MIOpenDarts.Interop.Streams;
using MIOpenDarts.Interop.Tests.Worlds;

namespace MIOpenDarts.Interop.Tests.Inside;

/// <summary>Runs in a process that has a GPU: one small case of each operation, whose result is known beforehand.</summary>
public sealed class GpuLibrariesInside : GpuTensors
{
    [GpuFact]
    public void A_convolution_of_ones_counts_its_window_whichever_way_the_solver_was_found()
    {
        using var convolution = ConvolutionDescriptor.Create((1, 1), (1, 1), (1, 1));
        var (x, w, y) = (Ones(1, 2, 4, 4), Ones(3, 2, 3, 3), Ones(1, 3, 4, 4));
        var call = new ConvolutionCall(ConvolutionDirection.Forward, convolution, x, w, y);
        using var workspace = DeviceBuffer.Allocate(Device, Math.Max(16, MIOpen.ConvolutionWorkspaceBytes(call)));
        var plan = MIOpen.FindConvolutions(call, workspace.Span)[0];
        float[] row = [8, 12, 12, 8], middle = [12, 18, 18, 12];
        float[] expected = Enumerable.Repeat((float[])[.. row, .. middle, .. middle, .. row], 3).SelectMany(v => v).ToArray();
        Clear(y);
        MIOpen.Convolve(call, plan, workspace.Span);
        Assert.Equal(expected, Read(y));
        var solution = MIOpen.ConvolutionSolutions(call)[0];
        using var immediate = DeviceBuffer.Allocate(Device, Math.Max(16, solution.WorkspaceBytes));
        MIOpen.Compile(call, solution);
        Clear(y);
        MIOpen.Convolve(call, solution, immediate.Span);
        Assert.Equal(expected, Read(y));
    }

    [GpuFact]
    public void Both_gradients_of_a_pointwise_convolution_of_ones_are_counts()
    {
        using var convolution = ConvolutionDescriptor.Create((0, 0), (1, 1), (1, 1));
        var (x, w, y) = (Ones(2, 3, 4, 4), Ones(5, 3, 1, 1), Ones(2, 5, 4, 4));
        var cases = new[] { (ConvolutionDirection.BackwardData, x, 5f), (ConvolutionDirection.BackwardWeights, w, 32f) };
        foreach (var (direction, written, value) in cases)
        {
            var call = new ConvolutionCall(direction, convolution, x, w, y);
            using var workspace = DeviceBuffer.Allocate(Device, Math.Max(16, MIOpen.ConvolutionWorkspaceBytes(call)));
            var plan = MIOpen.FindConvolutions(call, workspace.Span)[0];
            Clear(written);
            MIOpen.Convolve(call, plan, workspace.Span);
            Assert.All(Read(written), v => Assert.Equal(value, v));
            MIOpen.Set(written, 1);
        }
    }

    [GpuFact]
    public void Tensors_that_MIOpen_would_compute_wrongly_are_refused()
    {
        using var strided = TensorDescriptor.Strided(DataType.Float, [1, 2, 4, 4], [64, 16, 4, 1]);
        using var gaps = TensorDescriptor.Strided(DataType.Float, [2, 2, 4, 4], [64, 16, 4, 1]);
        using var convolution = ConvolutionDescriptor.Create((0, 0), (1, 1), (1, 1));
        using var grouped = ConvolutionDescriptor.Create((0, 0), (1, 1), (1, 1), groups: 2);
        var slice = new DeviceTensor(gaps, Buffer(128).Span);
        var (w, y) = (Ones(3, 2, 1, 1), Ones(2, 3, 4, 4));
        Assert.Throws<ArgumentException>(() =>
            MIOpen.ConvolutionWorkspaceBytes(new(ConvolutionDirection.Forward, convolution, slice, w, y)));
        Assert.Throws<ArgumentException>(() =>
            MIOpen.ConvolutionWorkspaceBytes(new(ConvolutionDirection.Forward, grouped, Ones(2, 2, 4, 4), w, y)));
        Assert.Throws<ArgumentException>(() => new DeviceTensor(strided, Buffer(16).Span));
    }

    [GpuFact]
    public void Maximum_pooling_and_its_gradient_find_the_first_largest()
    {
        using var pooling = PoolingDescriptor.Create(PoolingMode.Max, (2, 2), (0, 0), (2, 2));
        var (x, y, dx) = (Tensor([1, 2, 5, 3, 4, 0, 5, 1], 1, 1, 2, 4), Ones(1, 1, 1, 2), Ones(1, 1, 2, 4));
        var workspace = DeviceBuffer.Allocate(Device, pooling.WorkspaceBytes(y.Descriptor));
        Own(workspace);
        MIOpen.PoolForward(pooling, x, y, workspace.Span);
        Assert.Equal([4, 5], Read(y));
        MIOpen.PoolBackward(pooling, y.Descriptor, Tensor([10, 20], 1, 1, 1, 2), x.Descriptor, dx, workspace.Span);
        Assert.Equal([0, 0, 20, 0, 10, 0, 0, 0], Read(dx));
    }

    [GpuFact]
    public void Batch_norm_of_plus_and_minus_one_is_the_identity()
    {
        var x = Tensor([1, -1, -1, 1, 3, 1, 1, 3], 1, 2, 2, 2);
        var y = Ones(1, 2, 2, 2);
        using var parameters = x.Descriptor.ForBatchNorm(BatchNormMode.Spatial);
        var (scale, bias) = (Tensor([1, 2], 2).Data, Tensor([0, 1], 2).Data);
        MIOpen.BatchNormForwardTraining(BatchNormMode.Spatial, x, y, parameters, scale, bias, 1, default, 1e-12, default);
        Assert.Equal([1, -1, -1, 1, 3, -1, -1, 3], Read(y).Select(v => MathF.Round(v, 4)));
        var (dx, dScale, dBias) = (Ones(1, 2, 2, 2), Buffer(2).Span, Buffer(2));
        MIOpen.BatchNormBackward(BatchNormMode.Spatial, x, Ones(1, 2, 2, 2), dx, parameters, scale, dScale, dBias.Span, 1e-12, default);
        Assert.All(Read(dx), v => Assert.Equal(0, v, 1e-5f));
        var sums = new float[2];
        Stream.Synchronize();
        dBias.Download<float>(sums);
        Assert.Equal([4, 4], sums);
    }

    [GpuFact]
    public void Element_wise_operations_reductions_and_softmax_compute_what_they_say()
    {
        using var relu = ActivationDescriptor.Create(ActivationMode.Relu);
        using var sum = ReduceDescriptor.Create(ReduceOperation.Add);
        var (x, y, one) = (Tensor([-1, 2, -3, 4], 1, 4, 1, 1), Ones(1, 4, 1, 1), Ones(1, 1, 1, 1));
        MIOpen.ActivationForward(relu, x, y);
        Assert.Equal([0, 2, 0, 4], Read(y).Select(v => v + 0f));
        MIOpen.ActivationBackward(relu, y, Ones(1, 4, 1, 1), x, y);
        Assert.Equal([0, 1, 0, 1], Read(y));
        MIOpen.Combine(TensorOperation.Multiply, 2, x, 1, x, 0, y);
        Assert.Equal([2, 8, 18, 32], Read(y));
        MIOpen.Transform(1, x, 1, y);
        MIOpen.Scale(y, 10);
        Assert.Equal([10, 100, 150, 360], Read(y));
        using var workspace = DeviceBuffer.Allocate(Device, Math.Max(16, MIOpen.ReduceWorkspaceBytes(sum, y.Descriptor, one.Descriptor)));
        MIOpen.Reduce(sum, workspace.Span, 1, y, 0, one);
        Assert.Equal([620], Read(one));
        MIOpen.Set(x, 3);
        MIOpen.SoftmaxForward(SoftmaxAlgorithm.Accurate, SoftmaxMode.Channel, x, y);
        Assert.Equal([0.25f, 0.25f, 0.25f, 0.25f], Read(y));
    }

    [GpuFact]
    public void Matrices_multiply_add_and_reduce()
    {
        using var blas = HipBlasHandle.Create(Stream);
        float[] a = [1, 2, 3, 4, 5, 6], b = [1, 0, 2, 0, 1, 1];
        var (da, db, dc) = (Tensor(a, 6).Data, Tensor(b, 6).Data, Ones(8));
        blas.Gemm(1, new Matrix(da, 2, 3), new Matrix(db, 3, 2), 0, new Matrix(dc.Data.Elements<float>(0, 4), 2, 2));
        Assert.Equal([11, 14, 8, 10], Read(dc).Take(4));
        blas.Gemm(1, new Matrix(da, 3, 2, transposed: true), new Matrix(db, 3, 2), 0, new Matrix(dc.Data.Elements<float>(0, 4), 2, 2));
        Assert.Equal([7, 16, 5, 11], Read(dc).Take(4));
        blas.GemmStridedBatched(2, 1, new Matrix(da, 1, 2), 2, new Matrix(db, 2, 1), 2, 0, new Matrix(dc.Data, 1, 1), 1);
        Assert.Equal([1, 6], Read(dc).Take(2));
        blas.Geam(1, new Matrix(da, 2, 3, transposed: true), 1, new Matrix(db, 3, 2), new Matrix(dc.Data, 3, 2));
        Assert.Equal([2, 3, 7, 2, 5, 7], Read(dc).Take(6));
        var (x, y) = (new Strided(da), new Strided(db));
        Assert.Equal((1 + 6 + 5 + 6f, 21f, 5), (blas.Dot(6, x, y), blas.Asum(6, x), blas.Iamax(6, x)));
        Assert.Throws<ArgumentException>(() => blas.Gemm(1, new Matrix(da, 2, 3), new Matrix(db, 2, 3), 0, new Matrix(dc.Data, 2, 3)));
        Assert.Throws<ArgumentException>(() => blas.Axpy(7, 1, x, y));
    }
}
