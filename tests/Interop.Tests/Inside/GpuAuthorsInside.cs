using MIOpenDarts.Interop.Blas;
using MIOpenDarts.Interop.Memory;
using MIOpenDarts.Interop.MIOpen;
using MIOpenDarts.Interop.Tests.Worlds;

namespace MIOpenDarts.Interop.Tests.Inside;

/// <summary>Runs in a process that has a GPU: wrappers for authors of layers, which no backend here calls.</summary>
public sealed class GpuAuthorsInside : GpuTensors
{
    [GpuFact]
    public void Vectors_are_scaled_added_copied_exchanged_and_measured()
    {
        using var blas = HipBlasHandle.Create(Stream);
        var (x, y) = (Tensor([3, 4, 0, 0], 4), Tensor([1, 2, 3, 4], 4));
        var (vx, vy) = (new Strided(x.Data), new Strided(y.Data));
        Assert.Equal((5f, 7f, 1, 11f), (blas.Nrm2(4, vx), blas.Asum(4, vx), blas.Iamax(4, vx), blas.Dot(4, vx, vy)));
        blas.Scal(2, 2, vx);
        Assert.Equal([6, 8, 0, 0], Read(x));
        blas.Axpy(4, -1, vx, vy);
        Assert.Equal([-5, -6, 3, 4], Read(y));
        blas.Swap(2, new Strided(x.Data, 2), new Strided(y.Data, 2));
        Assert.Equal([-5, 8, 3, 0], Read(x));
        blas.Copy(4, vx, vy);
        Assert.Equal([-5, 8, 3, 0], Read(y));
        Assert.Throws<ArgumentException>(() => blas.Scal(5, 2, vx));
        Assert.Throws<ArgumentOutOfRangeException>(() => blas.Nrm2(2, new Strided(x.Data, 0)));
    }

    [GpuFact]
    public void A_matrix_times_a_vector_is_added_to_a_vector()
    {
        using var blas = HipBlasHandle.Create(Stream);
        var (a, x, y) = (Tensor([1, 2, 3, 4, 5, 6], 6).Data, Tensor([1, 10, 100], 3).Data, Tensor([1, 1, 1], 3));
        blas.Gemv(1, new Matrix(a, 2, 3), new Strided(x), 2, new Strided(y.Data));
        Assert.Equal([1 + 30 + 500 + 2, 2 + 40 + 600 + 2, 1], Read(y));
        blas.Gemv(1, new Matrix(a, 2, 3, transposed: true), new Strided(x), 0, new Strided(y.Data));
        Assert.Equal([21, 43, 65], Read(y));
    }

    [GpuFact]
    public void The_gradient_of_softmax_sums_to_zero()
    {
        var (x, y, dx) = (Tensor([0, 0, MathF.Log(2)], 1, 3, 1, 1), Ones(1, 3, 1, 1), Ones(1, 3, 1, 1));
        MIOpen.SoftmaxForward(SoftmaxAlgorithm.Accurate, SoftmaxMode.Channel, x, y);
        MIOpen.SoftmaxBackward(SoftmaxAlgorithm.Accurate, SoftmaxMode.Channel, y, Tensor([4, 0, 0], 1, 3, 1, 1), dx);
        Assert.All(Read(dx).Zip([0.75f, -0.25f, -0.5f]), p => Assert.Equal(p.Second, p.First, 1e-6f));
    }

    [GpuFact]
    public void A_layer_norm_of_plus_and_minus_one_is_the_identity()
    {
        var (x, y) = (Tensor([1, -1, -1, 1, 3, 1, 1, 3], 2, 4), Ones(2, 4));
        var (mean, inverse) = (Ones(2), Ones(2));
        MIOpen.LayerNormForward(x, Tensor([1, 1, 1, 2], 4), Tensor([0, 0, 1, 1], 4), 0, 1, y, mean, inverse);
        Assert.Equal([1, -1, 0, 3, 1, -1, 0, 3], Read(y));
        Assert.Equal([0, 2, 1, 1], [.. Read(mean), .. Read(inverse)]);
    }

    [GpuFact]
    public void A_solution_computes_also_after_it_was_saved_and_loaded()
    {
        using var convolution = ConvolutionDescriptor.Create((1, 1), (1, 1), (1, 1));
        var (x, w, y) = (Ones(1, 2, 4, 4), Ones(3, 2, 3, 3), Ones(1, 3, 4, 4));
        using var problem = ConvolutionProblem.Create(ConvolutionDirection.Forward, convolution, x.Descriptor, w.Descriptor, y.Descriptor);
        using var found = problem.Find(MIOpen, 1 << 20, most: 1)[0];
        using var loaded = ProblemSolution.Load(found.Save());
        Assert.Equal(found.SolverId, loaded.SolverId);
        float[] row = [8, 12, 12, 8], middle = [12, 18, 18, 12];
        foreach (var solution in new[] { found, loaded })
        {
            Clear(y);
            using var workspace = DeviceBuffer.Allocate(Device, Math.Max(16, solution.WorkspaceBytes));
            solution.Run(MIOpen, x, w, y, workspace.Span);
            Assert.Equal([.. row, .. middle, .. middle, .. row], Read(y)[..16]);
        }
    }
}
