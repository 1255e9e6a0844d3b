using System.Numerics;
using CsCheck;
using MIOpenDarts.Layers.Backends;
using MIOpenDarts.Layers.Backends.Cpu;
using MIOpenDarts.Layers.Backends.Reference;

namespace MIOpenDarts.Layers.Tests.Fused;

/// <summary>The Cpu backend's fused operations against the composed form in double on the reference backend, and against themselves.</summary>
public class FusedTests
{
    private static readonly SeparableCase[] SearchShapes =
    [
        new(5, 16, 9, 12, 1, false, true, new(3, 1, 16), new(5, 1, 16), new(3, 2, 16), new(5, 2, 16)),
        new(5, 8, 8, 8, 2, false, true, new(3, 1, 8), new(5, 1, 8), new(3, 2, 8), new(5, 2, 8)),
        new(17, 4, 7, 7, 1, true, true, new BranchCase(5, 1, 4)),
    ];

    [Fact]
    public void Separable_branches_compute_what_the_composed_form_computes() =>
        Gen.Select(FusedCases.Separable, FusedCases.Width, Gen.Bool).Sample(
            (c, width, weightGradients) => Compare(width, weightGradients, c.ToString(), b => new SeparableSetup<float>(b, c), b => new SeparableSetup<double>(b, c)),
            iter: 150, threads: 1);

    [Fact]
    public void Mixtures_compute_what_the_composed_form_computes() =>
        Gen.Select(FusedCases.Mix, FusedCases.Width).Sample(
            (c, width) => Compare(width, true, c.ToString(), b => new MixSetup<float>(b, c), b => new MixSetup<double>(b, c)), iter: 80, threads: 1);

    [Fact]
    public void Pools_compute_what_the_composed_form_computes() =>
        Gen.Select(FusedCases.Pools, FusedCases.Width).Sample(
            (c, width) => Compare(width, true, c.ToString(), b => new PoolSetup<float>(b, c), b => new PoolSetup<double>(b, c)), iter: 80, threads: 1);

    [Fact]
    public void Inference_uses_the_running_statistics()
    {
        using var cpu = CpuBackend.Create(2);
        using var setup = new SeparableSetup<float>(cpu, SearchShapes[0]);
        setup.Forward(training: false);
        var results = setup.Results().ToDictionary();
        Assert.All(results["mean 0"], m => Assert.Equal(0, m));
        Assert.All(results["inverse deviation 0"], d => Assert.Equal(1 / Math.Sqrt(1 + 1e-5), d, 1e-6));
        Assert.Equal(0, results["batches 0"][0]);
    }

    [Theory]
    [InlineData(16)]
    [InlineData(8)]
    [InlineData(4)]
    public void Results_are_equal_bit_by_bit_for_one_two_and_four_threads(int width)
    {
        foreach (var make in Operations())
        {
            var one = Bits(1, width, make);
            Assert.Equal(one, Bits(2, width, make));
            Assert.Equal(one, Bits(4, width, make));
        }
    }

    [Fact]
    public void Nothing_is_allocated_once_an_operation_has_run()
    {
        foreach (var make in Operations())
        {
            using var cpu = CpuBackend.Create(2);
            using var setup = make(cpu);
            Run(setup);
            var before = GC.GetTotalAllocatedBytes(precise: true);
            Run(setup);
            Assert.Equal(0, GC.GetTotalAllocatedBytes(precise: true) - before);
        }
    }

    private static IEnumerable<Func<Backend<float>, FusedSetup<float>>> Operations() =>
    [
        .. SearchShapes.Select(c => (Func<Backend<float>, FusedSetup<float>>)(b => new SeparableSetup<float>(b, c))),
        b => new MixSetup<float>(b, new MixCase(18, 12, 5, 7, 9, 2)),
        b => new PoolSetup<float>(b, new PoolCase(18, 12, 5, 7, 2, 3, 2)),
    ];

    private static void Compare(
        int width, bool weightGradients, string what, Func<Backend<float>, FusedSetup<float>> make, Func<Backend<double>, FusedSetup<double>> makeExpected)
    {
        using var cpu = CpuBackend.Create(2, width);
        using var reference = new ReferenceBackend<double>();
        using var actual = make(cpu);
        using var expected = makeExpected(reference);
        Run(actual, weightGradients);
        Run(expected, weightGradients);
        Agreement.Check(actual, expected, $"{width * 32} bits, {what}");
    }

    private static double[][] Bits(int threads, int width, Func<Backend<float>, FusedSetup<float>> make)
    {
        using var cpu = CpuBackend.Create(threads, width);
        using var setup = make(cpu);
        Run(setup);
        return [.. setup.Results().Select(r => r.Values)];
    }

    private static void Run<T>(FusedSetup<T> setup, bool weightGradients = true)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        setup.Forward();
        setup.Backward(weightGradients);
    }
}
