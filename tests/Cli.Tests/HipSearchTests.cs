using MIOpenDarts.Layers.Tensors;
using MIOpenDarts.Tests.Hip;

namespace MIOpenDarts.Cli.Tests;

/// <summary>Searches on the virtual gfx803 that a fault stops, or that change to the processor and back.</summary>
[Trait("Category", "virtual-gpu")]
public sealed class HipSearchTests(FinishedSearch tiny) : IClassFixture<FinishedSearch>
{
    [Fact]
    public async Task A_failing_card_costs_one_step()
    {
        await OnGpu(OnHip("gpu"));
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
        AssertSameNames("whole", "to-gpu");
        tiny.Copy("to-gpu", "and-back");
        tiny.TakeBack("and-back");
        Assert.Equal(0, Command.Run("search", "--resume", tiny.In("and-back"), "--backend", "cpu").Code);
        AssertSameNames("whole", "and-back");
    }

    private string[] OnHip(string run) => [.. tiny.Args(run).Select(word => word == "cpu" ? "hip" : word)];

    private async Task OnGpu(string[] args)
    {
        var (code, output) = await VirtualGpu.RunAsync(["dotnet", Command.Program, .. args], $"VGPU_BIND={tiny.Root}");
        Assert.True(code == 0, output);
    }

    /// <summary>
    /// Both went on from the same state and hold the same at the end. How near their numbers are is not for here: rounding turns ReLUs
    /// over, and single steps are held against the reference elsewhere, on images that keep their distance.
    /// </summary>
    private void AssertSameNames(string expected, string actual)
    {
        var newest = tiny.Newest(actual);
        Assert.Equal(Path.GetFileName(tiny.Newest(expected)), Path.GetFileName(newest));
        using var e = SafetensorsFile.Open(tiny.Newest(expected));
        using var a = SafetensorsFile.Open(newest);
        Assert.Equal(e.Names, a.Names);
        foreach (var name in a.Names)
        {
            Assert.Equal(e[name].Type, a[name].Type);
            Assert.Equal(e[name].Shape, a[name].Shape);
            if (a[name].Type == SafetensorsType.I64) Assert.Equal(e.ReadInt64(name), a.ReadInt64(name));
            else Assert.All(a.ReadSingle(name), value => Assert.True(float.IsFinite(value), $"{name}: {value}"));
        }
    }
}
