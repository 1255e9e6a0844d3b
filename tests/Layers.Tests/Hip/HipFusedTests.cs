using MIOpenDarts.Layers.Backends;
using MIOpenDarts.Layers.Backends.MIOpen.Kernels;
using MIOpenDarts.Layers.Backends.Reference;
using MIOpenDarts.Layers.Tests.Backends;
using MIOpenDarts.Layers.Tests.Fused;
using MIOpenDarts.Tests.Hip;

namespace MIOpenDarts.Layers.Tests.Hip;

/// <summary>The fused operations on the GPU of this process against the composed form in double on the reference backend.</summary>
[Trait("Category", "gpu")]
public class HipFusedTests
{
    private static readonly SeparableCase[] Separables =
    [
        .. FusedCases.SearchShapes,
        new(2, 20, 5, 17, 1, false, true, new(3, 1, 40), new BranchCase(0, 1, 5), new BranchCase(7, 2, 70)),
        new(3, 36, 9, 3, 2, true, true, new BranchCase(3, 2, 20)),
        new(1, 4, 6, 5, 2, false, false, new(5, 1, 4), new BranchCase(1, 1, 3)),
    ];

    // Planes in local memory: full and cut rows, full and cut groups of images and of channels, each window, both strides; and planes that
    // are too large.
    private static readonly SeparableCase[] Planes =
    [
        new(3, 16, 32, 32, 1, false, true, new(3, 1, 16), new(5, 1, 20), new(3, 2, 16), new(5, 2, 4), new(0, 1, 7)),
        new(2, 5, 28, 28, 1, true, true, new(3, 2, 16), new(5, 1, 33)),
        new(7, 20, 16, 16, 1, true, true, new(5, 1, 20), new(3, 1, 20)),
        new(6, 18, 14, 14, 1, false, true, new(5, 2, 18), new(3, 1, 18), new(0, 1, 18)),
        new(17, 32, 7, 7, 1, false, false, new(5, 1, 32), new(3, 2, 32)),
        new(3, 16, 32, 32, 2, false, true, new(3, 1, 16), new(5, 1, 16), new(3, 2, 16), new(5, 2, 16)),
        new(5, 12, 14, 14, 2, false, true, new(5, 2, 12), new(3, 1, 40)),
        new(6, 6, 15, 13, 2, true, true, new(3, 2, 6), new(5, 1, 6)),
        new(35, 16, 2, 2, 1, true, true, new(3, 1, 16), new(5, 1, 20)),
        new(37, 8, 3, 3, 1, false, true, new(3, 1, 8), new(3, 2, 24)),
        new(40, 8, 5, 5, 2, false, true, new(3, 1, 8), new(5, 1, 8)),
        new(2, 4, 33, 40, 1, false, true, new(3, 1, 4), new(5, 2, 4)),
        new(2, 4, 34, 36, 2, false, true, new(3, 1, 4), new(5, 2, 4)),
    ];

    private static readonly NodeSumCase[] NodeSums =
    [
        new(18, 12, 5, 7, 9, 2, 3), new(2, 17, 8, 8, 30, 5, 10), new(2, 6, 5, 5, 4, 2, 2, Accumulate: true), new(3, 1, 2, 3, 1, 0),
        new(1, 4, 33, 32, 50, 1),
    ];

    // Fewer edges than a table of statistics has places, just as many, and more.
    private static readonly PoolCase[] Pools =
    [
        new(18, 12, 5, 7, 2, 3, 2), new(2, 4, 9, 17, 1, 4, 4), new(1, 3, 4, 4, 1, 0, 1),
        new(1, 3, 4, 4, 1, 20, StatisticTable.Capacity - 20),
        new(2, 5, 1, 6, 2, 20, 20),
        // Planes in local memory: full and cut in rows, columns and images, of each width; more edges than a table of gradients has.
        new(18, 3, 8, 8, 1, 2, 3), new(3, 2, 5, 4, 1, 1, 1), new(5, 3, 16, 16, 1, 4, 2), new(6, 2, 13, 12, 1, 1, 0),
        new(3, 2, 32, 32, 1, 2, 2), new(1, 3, 32, 28, 1, 0, 2), new(1, 1, 1, 20, 1, 1, 1), new(2, 2, 8, 8, 1, DiffTable.Capacity + 1, 1),
        new(18, 3, 8, 8, 2, 2, 1), new(3, 3, 7, 4, 2, 1, 2), new(5, 3, 16, 16, 2, 3, 2), new(2, 5, 13, 12, 2, 1, 0),
        new(3, 2, 32, 32, 2, 2, 2), new(2, 3, 9, 28, 2, 0, 2), new(1, 3, 1, 4, 2, 1, 1),
    ];

    [Fact]
    public void Separable_branches_compute_what_the_composed_form_computes()
    {
        foreach (var c in Separables.Concat(Planes))
            foreach (var weightGradients in new[] { true, false })
                Compare(weightGradients, c.ToString(), b => new SeparableSetup<float>(b, c), b => new SeparableSetup<double>(b, c));
    }

    [Fact]
    public void A_tensor_beyond_the_reach_of_the_kernels_is_refused_before_memory_is_taken()
    {
        using var gpu = Gpu.Create();
        var e = Assert.Throws<PlanDoesNotFitException>(
            () => new SeparableSetup<float>(gpu, new SeparableCase(1 << 13, 64, 32, 32, 1, false, true, new BranchCase(3, 1, 4))));
        Assert.Contains("2048 MiB", e.Message, StringComparison.Ordinal);
        Assert.Contains("smaller batch", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Node_sums_compute_what_the_composed_form_computes()
    {
        foreach (var c in NodeSums) Compare(true, c.ToString(), b => new NodeSumSetup<float>(b, c), b => new NodeSumSetup<double>(b, c));
    }

    [Fact]
    public void Pools_compute_what_the_composed_form_computes()
    {
        foreach (var c in Pools) Compare(true, c.ToString(), b => new PoolSetup<float>(b, c), b => new PoolSetup<double>(b, c));
    }

    [Theory]
    [InlineData(8)]
    [InlineData(12)]
    [InlineData(32)]
    public void Of_equal_values_the_first_is_the_largest_and_a_NaN_is_passed_on(int extent)
    {
        foreach (var value in new Func<int, float>[] { i => i * 7 % 11 % 3, i => i % 17 == 0 ? float.NaN : i * 7 % 11 - 20 })
        {
            float[] source = [.. Enumerable.Range(0, 2 * 5 * extent * extent).Select(value)];
            var (largest, taps) = PoolOrderTests.Pooled(Gpu.Create(), source, 1, extent);
            var expected = PoolOrderTests.Pooled(new ReferenceBackend<float>(), source, 1, extent);
            Assert.Equal(expected.Largest, largest);
            Assert.Equal(expected.Taps, taps);
        }
    }

    [Fact]
    public void A_strided_bypass_passes_a_NaN_on()
    {
        using var gpu = Gpu.Create();
        PartialChannelTests.CheckNaN(gpu);
    }

    [Fact]
    public void Inference_uses_the_running_statistics()
    {
        using var gpu = Gpu.Create();
        using var setup = new SeparableSetup<float>(gpu, FusedCases.SearchShapes[0]);
        setup.Forward(training: false);
        var results = setup.Results().ToDictionary();
        Assert.All(results["mean 0"], m => Assert.Equal(0, m));
        Assert.All(results["inverse deviation 0"], d => Assert.Equal(1 / Math.Sqrt(1 + 1e-5), d, 1e-6));
        Assert.Equal(0, results["batches 0"][0]);
    }

    [Fact]
    public void Two_runs_give_the_same_bits()
    {
        foreach (var make in FusedCases.Operations) Assert.Equal(Bits(make), Bits(make));
    }

    private static void Compare(
        bool weightGradients, string what, Func<Backend<float>, FusedSetup<float>> make,
        Func<Backend<double>, FusedSetup<double>> makeExpected)
    {
        using var gpu = Gpu.Create();
        Agreement.Check(gpu, weightGradients, what, make, makeExpected);
    }

    private static double[][] Bits(Func<Backend<float>, FusedSetup<float>> make)
    {
        using var gpu = Gpu.Create();
        using var setup = make(gpu);
        setup.Run();
        return [.. setup.Results().Select(r => r.Values)];
    }
}
