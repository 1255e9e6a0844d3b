using MIOpenDarts.Darts.Bilevel;
using MIOpenDarts.Darts.Search;
using MIOpenDarts.Darts.Tests.Search;
using MIOpenDarts.Layers.Backends;
using MIOpenDarts.Layers.Backends.Cpu;
using MIOpenDarts.Layers.Modules;
using MIOpenDarts.Tests.Hip;

namespace MIOpenDarts.Darts.Tests.Hip;

/// <summary>An alpha step under a cost on the GPU of this process, from the state that the processor's has.</summary>
[Trait("Category", "gpu")]
public class HipCostTests
{
    [Fact]
    public void Penalty_gradient_and_alpha_step_equal_the_processors()
    {
        using var gpu = Gpu.Create();
        using var cpu = CpuBackend.Create(1);
        var (onGpu, onCpu) = (Step(gpu), Step(cpu));
        // After the step, so that they follow from gradients of the device.
        Assert.Equal(onCpu.Expected, onGpu.Expected, 1e-3 * onCpu.Expected);
        Assert.Equal(onCpu.Penalty, onGpu.Penalty, 1e-3);
        foreach (var (expected, actual) in onCpu.Diffs.Zip(onGpu.Diffs)) Assert.Equal(expected, actual, 1e-3);
        foreach (var (expected, actual) in onCpu.Alphas.Zip(onGpu.Alphas)) Assert.Equal(expected, actual, 1e-2);
    }

    private static (double Expected, double Penalty, float[] Diffs, float[] Alphas) Step(Backend<float> backend)
    {
        var options = SmallSearch.Options with
        {
            Cost = "macs",
            CostWeight = 2,
            TargetChannels = 4,
            TargetLayers = 5,
            AlphaLearningRate = 0.1,
        };
        var (train, _) = SmallSearch.Images();
        using var state = new SearchState(options, DartsSearch.ShapeOf(train, options), backend) { CostWeight = options.CostWeight };
        state.Initialize();
        var pixels = new float[4 * 64];
        for (var i = 0; i < pixels.Length; i++) pixels[i] = i % 7 - 3;
        int[] labels = [0, 1, 0, 1];
        state.Architect.Step(
            new ImageBatch<float>(pixels, labels), new ImageBatch<float>(pixels, labels), 0.01, new Pass(Training: true));
        float[] diffs = [.. state.Net.AlphaDiffs.SelectMany(of => of)];
        var penalty = state.Architect.Penalties[^1].AddGradient(state.Net.Alphas, state.Net.AlphaDiffs);
        return (state.Cost!.Expected, penalty, diffs, [.. state.Net.Alphas.SelectMany(alphas => alphas)]);
    }
}
