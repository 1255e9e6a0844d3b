using MIOpenDarts.Cli.Modelling;
using MIOpenDarts.Tests.Hip;

namespace MIOpenDarts.Cli.Tests;

public sealed class ForecastCommandTests
{
    private static readonly string[] Log =
    [
        "kernel\tbody_us\tbinding\tvalu_us\tdram_us\tgroups",
        "mix\t10\tvalu\t8\t4\t64",
        "mix\t30\tdram\t10\t27\t64",
        "fill\t2\tdram\t0.5\t1\t7",
    ];

    [Fact]
    public async Task Without_a_virtual_gfx803_one_line_says_how_to_get_it()
    {
        using var process = Command.Start(["forecast"], (VirtualCard.Launcher, ""), (TimeModel.CardVariable, ""));
        var outcome = await Command.End(process);
        Assert.Equal(1, outcome.Code);
        Command.AssertOneLine(outcome.Error, "native/virtual-gpu/setup.sh", VirtualCard.Launcher);
    }

    [Fact]
    public void Faults_in_the_options_are_told_before_anything_is_started()
    {
        Command.Refuses(2, ["forecast", "--device", "rx590"], "rx590", "rx580, rx570, rx560, fiji, vega10");
        Command.Refuses(2, ["forecast", "--layers", "0"], "layers");
    }

    [Fact]
    public void Launches_of_a_kernel_are_added_up_and_the_busiest_resource_of_all_is_named()
    {
        var kernels = ModelledKernel.Parse(Log);
        Assert.Equal([new ModelledKernel("mix", 2, 40, "dram", 31 / 40.0), new ModelledKernel("fill", 1, 2, "dram", 0.5)], kernels);
    }

    [Fact]
    [Trait("Category", "virtual-gpu")]
    public async Task A_step_is_forecast_kernel_by_kernel()
    {
        var (code, output) = await VirtualGpu.RunAsync(
            ["dotnet", Command.Program, "forecast", "--layers", "3", "--init-channels", "2", "--batch-size", "2"],
            $"{TimeModel.CardVariable}=rx560", "VGPU_TIME_SAMPLE=once");
        Assert.True(code == 0, output);
        Assert.Matches(@"(?m)^separable_forward_16 +\d+ +\d+\.\d ", output);
        Assert.Contains("2 channels, 3 cells and batch 2", output);
        Assert.Matches(@"modelled on rx560: \d+\.\d ms = \d+\.\d ms of kernels \+ [1-9]\d* launches of 5 us", output);
    }
}
