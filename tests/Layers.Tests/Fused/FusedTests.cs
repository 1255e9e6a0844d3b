using CsCheck;
using MIOpenDarts.Layers.Backends;
using MIOpenDarts.Layers.Backends.Cpu;

namespace MIOpenDarts.Layers.Tests.Fused;

/// <summary>
/// The Cpu backend's fused operations against the composed form in double on the reference backend, and against themselves.
/// </summary>
public class FusedTests
{
    [Fact]
    public void Separable_branches_compute_what_the_composed_form_computes() =>
        Gen.Select(FusedCases.Separable, FusedCases.Width, Gen.Bool).Holds(
            (c, width, weightGradients) =>
                Compare(width, weightGradients, c.ToString(), b => new SeparableSetup<float>(b, c), b => new SeparableSetup<double>(b, c)),
            150);

    [Theory]
    [InlineData(16)]
    [InlineData(8)]
    [InlineData(4)]
    public void Branches_gathered_in_parts_compute_what_the_composed_form_computes(int width)
    {
        foreach (var c in FusedCases.InParts)
            Compare(width, true, c.ToString(), b => new SeparableSetup<float>(b, c), b => new SeparableSetup<double>(b, c));
    }

    [Theory]
    [InlineData(16)]
    [InlineData(8)]
    [InlineData(4)]
    public void Branches_whose_results_stream_compute_what_the_composed_form_computes(int width)
    {
        foreach (var c in FusedCases.Streamed)
            Compare(width, true, c.ToString(), b => new SeparableSetup<float>(b, c), b => new SeparableSetup<double>(b, c));
    }

    [Fact]
    public void Node_sums_compute_what_the_composed_form_computes() =>
        Gen.Select(FusedCases.Mix, FusedCases.Width).Holds(
            (c, width) => Compare(width, true, c.ToString(), b => new NodeSumSetup<float>(b, c), b => new NodeSumSetup<double>(b, c)), 80);

    [Theory]
    [InlineData(16)]
    [InlineData(8)]
    [InlineData(4)]
    public void Node_sums_of_several_tiles_compute_what_the_composed_form_computes(int width)
    {
        foreach (var c in new[] { FusedCases.ManyTerms, FusedCases.SeveralTiles })
            Compare(width, true, c.ToString(), b => new NodeSumSetup<float>(b, c), b => new NodeSumSetup<double>(b, c));
    }

    [Fact]
    public void Factorized_reductions_compute_what_the_composed_form_computes() =>
        Gen.Select(FusedCases.FactorizedReduces, FusedCases.Width, Gen.Bool).Holds(
            (c, width, weightGradients) =>
                Compare(width, weightGradients, c.ToString(), b => new FactorizedReduceSetup<float>(b, c), b =>
                new FactorizedReduceSetup<double>(b, c)),
            80);

    [Fact]
    public void Sources_in_segments_are_read_as_in_one_piece() =>
        Gen.Select(FusedCases.PointsOfSegments, FusedCases.Width).Holds(
            (c, width) => CompareSegments(
                width, c.ToString(), b => new SeparableSetup<float>(b, c), b => new SeparableSetup<float>(b, c with { Segments = 1 }), b =>
                    new SeparableSetup<double>(b, c)),
            60);

    [Fact]
    public void Sources_in_segments_are_reduced_as_in_one_piece() =>
        Gen.Select(FusedCases.FactorizedReducesOfSegments, FusedCases.Width).Holds(
            (c, width) => CompareSegments(
                width, c.ToString(), b => new FactorizedReduceSetup<float>(b, c), b =>
                    new FactorizedReduceSetup<float>(b, c with { Segments = 1 }), b => new FactorizedReduceSetup<double>(b, c)),
            60);

    [Theory]
    [InlineData(16)]
    [InlineData(8)]
    [InlineData(4)]
    public void Factorized_reductions_with_more_rows_than_are_summed_together_compute_what_the_composed_form_computes(int width)
    {
        var c = new FactorizedReduceCase(3, 64, 33, 31, 64, 40);
        Compare(width, true, c.ToString(), b => new FactorizedReduceSetup<float>(b, c), b => new FactorizedReduceSetup<double>(b, c));
    }

    [Fact]
    public void Pools_compute_what_the_composed_form_computes() =>
        Gen.Select(FusedCases.Pools, FusedCases.Width).Holds(
            (c, width) => Compare(width, true, c.ToString(), b => new PoolSetup<float>(b, c), b => new PoolSetup<double>(b, c)), 80);

    [Fact]
    public void Inference_uses_the_running_statistics()
    {
        using var cpu = CpuBackend.Create(2);
        using var setup = new SeparableSetup<float>(cpu, FusedCases.SearchShapes[0]);
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
        foreach (var make in FusedCases.Operations)
        {
            var one = Bits(1, width, make);
            Assert.Equal(one, Bits(2, width, make));
            Assert.Equal(one, Bits(4, width, make));
        }
    }

    private static void Compare(
        int width, bool weightGradients, string what, Func<Backend<float>, FusedSetup<float>> make, Func<Backend<double>,
        FusedSetup<double>> makeExpected)
    {
        using var cpu = CpuBackend.Create(2, width);
        Agreement.Check(cpu, weightGradients, $"{width * 32} bits, {what}", make, makeExpected);
    }

    private static void CompareSegments(
        int width, string what, Func<Backend<float>, FusedSetup<float>> segmented, Func<Backend<float>, FusedSetup<float>> inOnePiece,
        Func<Backend<double>, FusedSetup<double>> makeExpected)
    {
        Compare(width, true, what, segmented, makeExpected);
        Assert.Equal(Bits(2, width, inOnePiece), Bits(2, width, segmented));
    }

    private static double[][] Bits(int threads, int width, Func<Backend<float>, FusedSetup<float>> make)
    {
        using var cpu = CpuBackend.Create(threads, width);
        using var setup = make(cpu);
        setup.Run();
        return [.. setup.Results().Select(r => r.Values)];
    }
}
