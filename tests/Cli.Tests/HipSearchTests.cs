using MIOpenDarts.Darts.Records;
using MIOpenDarts.Layers.Tensors;
using MIOpenDarts.Tests.Hip;

namespace MIOpenDarts.Cli.Tests;

/// <summary>Whole searches on the virtual gfx803 beside the same ones on the processor.</summary>
[Trait("Category", "virtual-gpu")]
public sealed class HipSearchTests(FinishedSearch tiny) : IClassFixture<FinishedSearch>
{
    // Every step's checkpoint stays.
    private const string Ring = "20";

    [Fact]
    public async Task Steps_are_those_of_the_processor_and_a_failing_card_costs_one()
    {
        await OnGpu(OnHip("gpu"));
        var files = Directory.GetFiles(tiny.Checkpoints("gpu"), "*.safetensors").Order(StringComparer.Ordinal).ToArray();
        Assert.Equal(12, files.Length);
        foreach (var i in new[] { 0, 4, 10 })
        {
            tiny.Copy("gpu", $"from-{i}");
            tiny.TakeBack($"from-{i}", Path.GetFileName(files[i]));
            Assert.Equal(0, Command.Run("search", "--resume", tiny.In($"from-{i}"), "--backend", "cpu").Code);
            AssertSameStep($"from-{i}", "gpu", Path.GetFileName(files[i]), Path.GetFileName(files[i + 1]));
        }

        var (code, output) = await VirtualGpu.RunAsync(
            ["dotnet", Command.Program, .. OnHip("again")], $"VGPU_BIND={tiny.Root}", "VGPU_FAULT=hipModuleLaunchKernel:4000");
        Assert.Equal(1, code);
        Assert.Matches("(^|\n)miopendarts: hipModuleLaunchKernel\\[\\w+\\] failed with HIP status 999 [^\n]*\n", output);
        Assert.NotEmpty(Directory.GetFiles(tiny.Checkpoints("again"), "*.safetensors"));
        await OnGpu(["search", "--resume", tiny.In("again")]);
        tiny.AssertSameEnd("gpu", "again");
    }

    [Fact]
    public async Task A_run_goes_from_one_backend_to_the_other_in_the_middle()
    {
        tiny.Copy("whole", "to-gpu");
        tiny.TakeBack("to-gpu");
        var before = Path.GetFileName(tiny.Newest("to-gpu"));
        await OnGpu(["search", "--resume", tiny.In("to-gpu"), "--backend", "hip"]);
        AssertSameStep("whole", "to-gpu", before, Path.GetFileName(tiny.Newest("whole")));
        var (whole, other) = (tiny.Log("whole").OfType<EpochDone>().Last().Record, tiny.Log("to-gpu").OfType<EpochDone>().Last().Record);
        Assert.Equal(whole.ValidLoss, other.ValidLoss, 1e-3);
    }

    private string[] OnHip(string run) => [.. tiny.Args(run, "--checkpoint-ring", Ring).Select(word => word == "cpu" ? "hip" : word)];

    private async Task OnGpu(string[] args)
    {
        var (code, output) = await VirtualGpu.RunAsync(["dotnet", Command.Program, .. args], $"VGPU_BIND={tiny.Root}");
        Assert.True(code == 0, output);
    }

    /// <summary>
    /// From one checkpoint to the next both runs move the same way: weights by a tenth of the step, in which a few ReLUs may have turned over between
    /// two ways of rounding, and alphas by a third, which two of Adam's first steps of equal length are that go the other way, of eighty.
    /// </summary>
    private void AssertSameStep(string expected, string actual, string before, string after)
    {
        using var start = SafetensorsFile.Open(Path.Combine(tiny.Checkpoints(actual), before));
        using var e = SafetensorsFile.Open(Path.Combine(tiny.Checkpoints(expected), after));
        using var a = SafetensorsFile.Open(Path.Combine(tiny.Checkpoints(actual), after));
        Assert.Equal(e.Names, a.Names);
        var names = e.Names.Where(n => e[n].Type != SafetensorsType.I64).ToLookup(n => n.Contains("alphas", StringComparison.Ordinal));
        foreach (var (alphas, tolerance) in new[] { (false, 0.1), (true, 1 / 3.0) })
        {
            double step = 0, apart = 0;
            foreach (var name in names[alphas])
                foreach (var (s, x, y) in start.ReadSingle(name).Zip(e.ReadSingle(name), a.ReadSingle(name)))
                {
                    step += (x - s) * (x - s);
                    apart += (x - y) * (x - y);
                }

            Assert.True(Math.Sqrt(apart) <= tolerance * Math.Sqrt(step), $"{after}, {(alphas ? "alphas" : "weights")}: {Math.Sqrt(apart):E2} apart after a step of {Math.Sqrt(step):E2}");
        }
    }
}
