using MIOpenDarts.Darts.Benchmarks;
using MIOpenDarts.Darts.Benchmarks.Machine;
using MIOpenDarts.Darts.Benchmarks.Operations;
using MIOpenDarts.Darts.Benchmarks.Steps;

namespace MIOpenDarts.Darts.Tests.Benchmarks;

public class ArithmeticTests
{
    // Counted on the official code with hooks on every convolution.
    [Theory]
    [InlineData("A", 115.1)]
    [InlineData("B", 19.2)]
    [InlineData("C", 9.0)]
    public void Weight_step_has_the_arithmetic_of_the_official_network(string name, double gigaflops)
    {
        var configuration = StepConfiguration.All.Single(c => c.Name == name);
        Assert.Equal(1, configuration.Flops(StepKind.Weights) / (gigaflops * 1e9), 0.01);
    }

    [Fact]
    public void Standard_supernet_has_three_hundred_million_multiply_adds_an_image()
    {
        var (all, stem) = SupernetArithmetic.ForwardImage(StepConfiguration.All.Single(c => c.Name == "A").Shape);
        Assert.Equal(300e6, all, 5e6);
        Assert.Equal(32 * 32 * 48 * 27, stem);
    }

    [Fact]
    public void Second_order_is_two_passes_with_weight_gradients_and_two_without()
    {
        var c = StepConfiguration.All[0];
        Assert.Equal(2 * (c.Flops(StepKind.Weights) + c.Flops(StepKind.AlphasFirstOrder)), c.Flops(StepKind.AlphasSecondOrder));
        Assert.InRange(c.Flops(StepKind.AlphasFirstOrder) / c.Flops(StepKind.Weights), 0.6, 0.7);
    }

    [Fact]
    public void Work_of_layers_is_what_a_pencil_finds()
    {
        var g = new Geometry(2, 4, 8);
        const double image = 2 * 4 * 64;
        // Depthwise 3x3 and pointwise, twice; one activation in, one out.
        Equal(new Work(2 * image * 2 * (9 + 4), 4 * 2 * image), Layer("sep_conv_3x3").Forward(g));
        Equal(new Work(2 * image * 4 * (9 + 4), 4 * 3 * image), Layer("sep_conv_3x3").Backward(g));
        // At stride 2 a quarter of the pixels, half of the channels from each of two filters of C inputs.
        Equal(new Work(2 * image / 4 * 4, 4 * 1.25 * image), Layer("skip_connect_stride2").Forward(g));
        // Four times the channels in, one out.
        Equal(new Work(2 * image * 16, 4 * 5 * image), Layer("preprocess_1x1").Forward(g));
        Equal(new Work(0, 4 * 2 * image), Layer("max_pool_3x3").Forward(g));
        // Two edges of six values and an identity, and the node.
        Equal(new Work(0, 4 * 15 * image), Layer("node_sum").Forward(g));
    }

    [Fact]
    public void Normal_cell_is_the_sum_of_its_edges_and_preprocessing()
    {
        var g = new Geometry(1, 16, 32);
        var edge = new[] { "sep_conv_3x3", "sep_conv_5x5", "dil_conv_3x3", "dil_conv_5x5" }.Sum(name => Layer(name).Forward(g).Flops);
        Assert.Equal(14 * edge + 2 * Layer("preprocess_1x1").Forward(g).Flops, Layer("normal_cell").Forward(g).Flops);
    }

    [Fact]
    public void Roofline_is_arithmetic_or_traffic_whichever_takes_longer()
    {
        var limits = new MachineLimits(2, 200, 400, 40);
        Assert.Equal(0.5, limits.LeastSeconds(new Work(200e9, 1e9)), 1e-12);
        Assert.Equal(0.25, limits.LeastSeconds(new Work(1e9, 10e9)), 1e-12);
        Assert.Equal(1, limits.ThreadScaling);
    }

    private static OperationCase Layer(string name) => Catalogue.Layers.Single(l => l.Name == name);

    private static void Equal(Work expected, Work actual) => Assert.Equal((expected.Flops, expected.Bytes), (actual.Flops, actual.Bytes));
}
