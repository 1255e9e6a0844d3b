using MIOpenDarts.Layers.Backends;
using MIOpenDarts.Layers.Backends.Cpu;
using MIOpenDarts.Layers.Backends.Reference;
using MIOpenDarts.Layers.Tensors;

namespace MIOpenDarts.Layers.Tests.Fused;

/// <summary>Among equal values the first in row order is the largest and gets the gradient; a NaN is passed on.</summary>
public class PoolOrderTests
{
    private const int Channels = 5;
    private const int Side = 9;

    [Theory]
    [InlineData(16, 1, 2)]
    [InlineData(16, 2, 2)]
    [InlineData(8, 1, 2)]
    [InlineData(4, 2, 2)]
    // More than 2 MiB, which are written by non-temporal stores.
    [InlineData(16, 1, 1300)]
    [InlineData(8, 1, 1300)]
    public void Ties_go_to_the_tap_to_which_the_reference_gives_them(int width, int stride, int images)
    {
        // Three values only, so that nearly every window has several largest.
        var source = new float[images * Channels * Side * Side];
        for (var i = 0; i < source.Length; i++) source[i] = i * 7 % 11 % 3;
        var (largest, taps) = Pooled(CpuBackend.Create(2, width), source, stride);
        var expected = Pooled(new ReferenceBackend<float>(), source, stride);
        Assert.Equal(expected.Largest, largest);
        Assert.Equal(expected.Taps, taps);
    }

    [Theory]
    [InlineData(16, 1)]
    [InlineData(16, 2)]
    [InlineData(8, 1)]
    [InlineData(4, 2)]
    public void Not_a_number_is_passed_on_from_any_tap(int width, int stride)
    {
        var source = new float[2 * Channels * Side * Side];
        for (var i = 0; i < source.Length; i++) source[i] = i % 17 == 0 ? float.NaN : i * 7 % 11 - 20;
        var (largest, taps) = Pooled(CpuBackend.Create(2, width), source, stride);
        var expected = Pooled(new ReferenceBackend<float>(), source, stride);
        Assert.Contains(float.NaN, largest);
        Assert.Equal(expected.Largest, largest);
        Assert.Equal(expected.Taps, taps);
    }

    /// <summary>Both pools of some images of five channels; the maxima and the taps that they are from.</summary>
    internal static (float[] Largest, byte[] Taps) Pooled(Backend<float> backend, float[] source, int stride, int extent = Side)
    {
        using var owned = backend;
        using var parameters = new ParameterSet<float>();
        using var plan = new MemoryPlan<float>(backend, source.Length / (Channels * extent * extent));
        var window = Window2D.Square(3, stride, 1);
        var side = window.OutputHeight(extent);
        var (max, average) = (plan.Activation("max", Channels, side, side), plan.Activation("average", Channels, side, side));
        var pools = new SharedPools<float>
        {
            Src = plan.ActivationWithDiff("src", Channels, extent, extent),
            Window = window,
            Indices = plan.PerImage<byte>("indices", Channels, side, side),
            Max = max,
            Average = average,
            MaxEdges = new(Edge(max)),
            AverageEdges = new(Edge(average)),
        };
        var operation = backend.PlanSharedPools(plan, pools);
        parameters.Commit(backend);
        parameters.Initialize(1);
        plan.Commit();
        backend.WriteImages(source, pools.Src);
        operation.Forward(training: true);
        var largest = new float[max.Shape.Count];
        backend.ReadImages(max, largest);
        return (largest, InReferenceOrder(backend, pools.Indices));

        DeferredBatchNorm<float> Edge(Tensor<float> value)
        {
            var edge = new DeferredBatchNorm<float>(value,
                new BatchNormState<float>(parameters, "norm" + value.Name, Channels, affine: false));
            edge.Plan(plan);
            return edge;
        }
    }

    /// <summary>Indices belong to a backend and lie as its images do: [N,H,W,C] in <c>cpu</c>, else [N,C,H,W].</summary>
    private static byte[] InReferenceOrder(Backend<float> backend, Tensor<byte> indices)
    {
        var taps = new byte[indices.Shape.Count];
        backend.Download(indices, taps.AsSpan());
        if (backend.Name != "cpu") return taps;
        var (pixels, image) = ((int)indices.Shape.Pixels, (int)indices.Shape.CountPerImage);
        return [.. Enumerable.Range(0, taps.Length).Select(i => taps[i / image * image + i % pixels * Channels + i % image / pixels])];
    }
}
