using MIOpenDarts.Darts.Benchmarks.Steps;
using MIOpenDarts.Darts.Supernets;
using MIOpenDarts.Tests.Hip;

namespace MIOpenDarts.Darts.Tests.Hip;

/// <summary>What a search step costs on the GPU of this process besides arithmetic.</summary>
[Trait("Category", "gpu")]
public class HipStepTests
{
    // As many launches as with images of 32x32 in batches of 64: a launch takes all images and pixels.
    private static readonly StepConfiguration Standard = new("standard", new SupernetShape(3, 8, 8, 10, 16, 8), 2);

    [Fact]
    public void A_first_order_step_of_the_standard_supernet_takes_at_most_2500_launches()
    {
        using var gpu = Gpu.Create();
        using var step = new PreparedStep(gpu, Standard, unrolled: false);
        step.Run(StepKind.AlphasFirstOrder);
        step.Run(StepKind.Weights);
        var (launches, bytes) = (gpu.Launches, gpu.AllocatedBytes);
        step.Run(StepKind.AlphasFirstOrder);
        var alphas = gpu.Launches - launches;
        step.Run(StepKind.Weights);
        var weights = gpu.Launches - launches - alphas;
        Assert.True(alphas + weights <= 2500, $"{alphas} launches for the alphas and {weights} for the weights");
        Assert.Equal(bytes, gpu.AllocatedBytes);
    }

    [Fact]
    public void A_first_order_step_of_the_standard_supernet_moves_at_most_42_GB()
    {
        // Traffic is linear in images and pixels: what two more images of 8x8 add, an image of 32x32 has sixteen times.
        var (two, four) = (Traffic(2), Traffic(4));
        var standard = two + (four - two) / 2.0 * (64 * 16 - 2);
        Assert.InRange(standard, 1e9, 42e9);
        TestContext.Current.TestOutputHelper?.WriteLine($"{standard / 1e9:F1} GB");
    }

    private static long Traffic(int batch)
    {
        using var gpu = Gpu.Create();
        using var step = new PreparedStep(gpu, Standard with { Batch = batch }, unrolled: false);
        var before = gpu.TrafficBytes;
        step.Run(StepKind.AlphasFirstOrder);
        step.Run(StepKind.Weights);
        return gpu.TrafficBytes - before;
    }
}
