using MIOpenDarts.Darts.Reports.Log;
using MIOpenDarts.Layers.Tensors;
using MIOpenDarts.Tests.Hip;

namespace MIOpenDarts.Cli.Tests;

/// <summary>Whole searches on the virtual gfx803 beside the same ones on the processor.</summary>
[Trait("Category", "virtual-gpu")]
public sealed class HipSearchTests(FinishedSearch tiny) : IClassFixture<FinishedSearch>
{
    [Fact]
    public async Task A_search_finds_what_the_processor_finds_and_a_failing_card_costs_one_step()
    {
        await OnGpu(OnHip("gpu"));
        AssertSameSearch("gpu");

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
        await OnGpu(["search", "--resume", tiny.In("to-gpu"), "--backend", "hip"]);
        AssertSameSearch("to-gpu");

        await OnGpu(OnHip("to-cpu"));
        tiny.TakeBack("to-cpu");
        Assert.Equal(0, Command.Run("search", "--resume", tiny.In("to-cpu"), "--backend", "cpu").Code);
        AssertSameSearch("to-cpu");
    }

    private string[] OnHip(string run) => [.. tiny.Args(run).Select(word => word == "cpu" ? "hip" : word)];

    private async Task OnGpu(string[] args)
    {
        var (code, output) = await VirtualGpu.RunAsync(["dotnet", Command.Program, .. args], $"VGPU_BIND={tiny.Root}");
        Assert.True(code == 0, output);
    }

    /// <summary>Twelve steps of float rounding apart from the run on the processor.</summary>
    private void AssertSameSearch(string run)
    {
        using var expected = SafetensorsFile.Open(tiny.Newest("whole"));
        using var actual = SafetensorsFile.Open(tiny.Newest(run));
        Assert.Equal(expected.Names, actual.Names);
        foreach (var name in expected.Names.Where(n => expected[n].Type != SafetensorsType.I64))
        {
            var (e, a) = (expected.ReadSingle(name), actual.ReadSingle(name));
            var scale = 1e-3 + e.Max(Math.Abs);
            for (var i = 0; i < e.Length; i++) Assert.True(Math.Abs(a[i] - e[i]) <= 5e-3 * scale, $"{name}[{i}] is {a[i]}, not {e[i]}");
        }

        var (whole, other) = (tiny.Log("whole").OfType<EpochDone>().Last().Record, tiny.Log(run).OfType<EpochDone>().Last().Record);
        Assert.Equal(whole.Genotype.ToString(), other.Genotype.ToString());
        Assert.Equal(whole.ValidLoss, other.ValidLoss, 1e-3);
    }
}
