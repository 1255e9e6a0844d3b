using System.Globalization;
using System.Text.RegularExpressions;
using MIOpenDarts.Cli.Commands;
using MIOpenDarts.Cli.Modelling;
using MIOpenDarts.Darts.Algorithms;
using MIOpenDarts.Layers.Backends.Cpu;
using MIOpenDarts.Layers.Diagnostics;
using MIOpenDarts.Layers.Machine;
using MIOpenDarts.Tests.Hip;

namespace MIOpenDarts.Cli.Tests;

public sealed partial class ForecastCommandTests
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
        Command.Refuses(2, ["forecast", "--clock", "-3"], "--clock", "GHZ", "'-3'");
        Command.Refuses(2, ["forecast", "--algorithm", "random"], "'random' takes no step", "pc-darts");
    }

    [Fact]
    public void What_ranks_would_exchange_is_counted_for_the_options_of_a_search()
    {
        using var tiny = new TinySearch();
        string[] step = ["forecast", "--data", tiny.Data, "--init-channels", "2", "--layers", "3", "--batch-size", "8", "--threads", "1"];
        var (first, second, leaf) = (Rows(step), Rows([.. step, "--unrolled", "true"]), Rows([.. step, "--batch-norm", "leaf"]));
        Assert.Equal([2, 4], first.Select(row => row.Ranks));
        // Ranks of a power of two send as many messages; a step of second order passes five times over a batch, one of first order twice.
        Assert.Equal(first[0].Messages, first[1].Messages);
        Assert.InRange(second[0].Messages, 2 * first[0].Messages, 3 * first[0].Messages);
        // Two passes with losses, the flag of a signal, gradients once, and running statistics of two passes.
        Assert.Equal(1 + 2 + 2 + 2 * 2, leaf[0].Messages);
        // Of three ranks one has half of the eight leaves, and the others wait for it.
        Assert.Matches(@"\n +3 +\d+ [^\n]* MB +4 +\d+ ", Command.Run([.. step, "--ranks", "3"]).Output);

        (int Ranks, int Messages)[] Rows(string[] args)
        {
            var outcome = Command.Run([.. args, "--ranks", "2,4"]);
            Assert.Equal((0, ""), (outcome.Code, outcome.Error));
            return [.. RankRow().Matches(outcome.Output).Select(m => (int.Parse(m.Groups[1].Value), int.Parse(m.Groups[2].Value)))];
        }
    }

    [Theory]
    [InlineData("--genotype", "DARTS_V2")]
    [InlineData("--arch", "resnet20")]
    [InlineData("--form", "shared")]
    [InlineData("--device", "rx580")]
    [InlineData("--clock", "1.2")]
    [InlineData("--bandwidth", "200")]
    [InlineData("--launch", "4")]
    [InlineData("--backend", "hip")]
    public void What_ranks_would_exchange_is_not_a_matter_of_a_card(string option, string value) =>
        Command.Refuses(2, ["forecast", "--ranks", "2", option, value], $"{option} does not go with --ranks");

    [Fact]
    public void The_backend_of_a_file_of_options_is_refused_as_a_typed_one_is()
    {
        using var tiny = new TinySearch();
        File.WriteAllText(tiny.In("options.json"), "{\"backend\": \"hip\"}");
        Command.Refuses(
            2, ["forecast", "--ranks", "2", "--config", tiny.In("options.json")],
            "backend hip does not go with --ranks, which counts on cpu");
    }

    [Fact]
    public void The_step_of_a_forecast_and_of_a_warm_up_is_one_of_the_alphas_too_for_every_method()
    {
        using var tiny = new TinySearch();
        using var backend = CpuBackend.Create(1);
        foreach (var algorithm in SearchAlgorithm.All.Where(a => a.Trains))
        {
            var options = SearchPresets.Size("rx580", algorithm) with { Data = tiny.Data, Layers = 3, BatchSize = 2 };
            using var step = new BlankSearchStep(options, BlankSearchStep.Images(options), backend);
            step.Run();
            Assert.Equal((algorithm.Name, 1), (algorithm.Name, step.AlphaSteps));
        }
    }

    [Theory]
    [InlineData("kernel\tmicroseconds")]
    [InlineData("kernel\tbody_us\tgroups")]
    [InlineData("kernel\tvalu_us\tdram_us")]
    public void A_log_of_another_version_is_refused_as_that(string head)
    {
        var error = Assert.Throws<InvalidDataException>(() => ModelledKernel.Parse([head, "mix\t10\t20"]));
        Assert.Contains("body_us", error.Message);
        Assert.Contains("native/virtual-gpu/setup.sh", error.Message);
    }

    [Fact]
    public void A_line_of_the_log_that_was_cut_off_is_refused() =>
        Assert.Throws<InvalidDataException>(() => ModelledKernel.Parse([.. Log, "mix\t3"]));

    [Fact]
    public async Task A_launcher_that_is_not_there_is_named_with_its_variable_and_cure()
    {
        using var process = Command.Start(["forecast"], (VirtualCard.Launcher, "/nowhere/exec"), (TimeModel.CardVariable, ""));
        var outcome = await Command.End(process);
        Assert.Equal(1, outcome.Code);
        Command.AssertOneLine(outcome.Error, VirtualCard.Launcher, "/nowhere/exec", "No such file", "native/virtual-gpu/exec");
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

    [Theory]
    [Trait("Category", "virtual-gpu")]
    [InlineData("--genotype", "DARTS_V2", "a step of training DARTS_V2 with 2 channels, 3 cells and batch 2", "separable_forward")]
    [InlineData("--arch", "mobilenetv2", "a step of training mobilenetv2 with batch 2", "separable_forward")]
    [InlineData("--form", "textbook", "2 channels, 3 cells and batch 2, in textbook form", "Col2Im2dU")]
    public async Task So_is_a_step_of_training_a_network_and_one_in_textbook_form(
        string option, string value, string told, string kernel)
    {
        string[] size = option == "--arch" ? [] : ["--layers", "3", "--init-channels", "2"];
        var (code, output) = await VirtualGpu.RunAsync(
            ["dotnet", Command.Program, "forecast", option, value, "--batch-size", "2", .. size],
            $"{TimeModel.CardVariable}=rx560", "VGPU_TIME_SAMPLE=once");
        Assert.True(code == 0, output);
        Assert.Contains(told, output, StringComparison.Ordinal);
        Assert.Matches(@"modelled on rx560: \d+\.\d ms = \d+\.\d ms of kernels \+ [1-9]\d* launches of 5 us", output);
        // What our own kernels compute together, MIOpen computes one by one in textbook form.
        Assert.Matches($"(?m)^{kernel}", output);
    }

    [Fact]
    [Trait("Category", "virtual-gpu")]
    public async Task Another_card_than_that_of_the_process_is_refused()
    {
        var (code, output) = await VirtualGpu.RunAsync(
            ["dotnet", Command.Program, "forecast", "--device", "rx580", "--layers", "3"], $"{TimeModel.CardVariable}=rx560");
        Assert.Equal(2, code);
        Command.AssertOneLine(output, "--device is rx580", $"{TimeModel.CardVariable}=rx560");
    }

    [Fact]
    [Trait("Category", "virtual-gpu")]
    public async Task Data_and_options_outside_the_present_folder_are_seen()
    {
        Assert.SkipWhen(string.IsNullOrEmpty(Environment.GetEnvironmentVariable(VirtualCard.Launcher)), VirtualCard.Cure);
        using var tiny = new TinySearch();
        File.WriteAllText(tiny.In("options.json"), "{\"init_channels\": 2, \"layers\": 3, \"batch_size\": 2}");
        using var process = Command.Start(
            ["forecast", "--device", "rx560", "--config", tiny.In("options.json"), "--data", tiny.Data], (TimeModel.CardVariable, ""));
        var outcome = await Command.End(process);
        Assert.True(outcome.Code == 0, outcome.Error);
        Assert.Contains("2 channels, 3 cells and batch 2", outcome.Output, StringComparison.Ordinal);
    }

    [Fact]
    [Trait("Category", "virtual-gpu")]
    public async Task A_signal_to_stop_is_passed_on_and_waited_for()
    {
        Assert.SkipWhen(string.IsNullOrEmpty(Environment.GetEnvironmentVariable(VirtualCard.Launcher)), VirtualCard.Cure);
        using var tiny = new TinySearch();
        using var process = Command.Start(
            ["profile", "--device", "rx560", "--target-layers", "8", "--target-channels", "4", "--out", tiny.In("table.json")],
            (TimeModel.CardVariable, ""));
        var first = await process.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken);
        using (var signal = Command.Start("kill", ["-TERM", process.Id.ToString(CultureInfo.InvariantCulture)]))
            await signal.WaitForExitAsync(TestContext.Current.CancellationToken);
        var outcome = await Command.End(process);
        Assert.True(outcome.Code == 128 + 15, $"{first}\n{outcome.Output}\n{outcome.Error}");
        Assert.Contains("the same command goes on with", outcome.Error, StringComparison.Ordinal);
    }

    [Fact]
    [Trait("Category", "virtual-gpu")]
    public async Task Other_constants_than_the_cards_reach_the_model()
    {
        // The command starts the virtual card by itself where it is told of one.
        Assert.SkipWhen(string.IsNullOrEmpty(Environment.GetEnvironmentVariable(VirtualCard.Launcher)), VirtualCard.Cure);
        string[] step = ["forecast", "--device", "rx560", "--layers", "3", "--init-channels", "2", "--batch-size", "2"];
        var slow = await Kernels([.. step, "--clock", "0.5", "--bandwidth", "40.5", "--launch", "12"], "12");
        var fast = await Kernels(step, "5");
        Assert.True(slow > 1.5 * fast, $"{slow} ms at less than half of the clock and of the bandwidth, {fast} ms");

        static async Task<double> Kernels(string[] arguments, string launch)
        {
            using var process = Command.Start(arguments, (TimeModel.CardVariable, ""));
            var outcome = await Command.End(process);
            Assert.True(outcome.Code == 0, outcome.Error);
            var told = Regex.Match(
                outcome.Output, $@"modelled on rx560: \d+\.\d ms = (\d+\.\d) ms of kernels \+ \d+ launches of {launch} us");
            Assert.True(told.Success, outcome.Output);
            return double.Parse(told.Groups[1].Value, CultureInfo.InvariantCulture);
        }
    }

    [GeneratedRegex(@"(?m)^ +([24]) +(\d+) ", RegexOptions.CultureInvariant)]
    private static partial Regex RankRow();
}
