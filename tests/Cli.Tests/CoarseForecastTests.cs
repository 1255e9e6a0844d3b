using System.Globalization;
using System.Text.RegularExpressions;
using MIOpenDarts.Cli.Modelling;
using MIOpenDarts.Layers.Machine;

namespace MIOpenDarts.Cli.Tests;

/// <summary>Forecasts where the virtual gfx803 is not set up: sums of the tables that the program carries.</summary>
public sealed class CoarseForecastTests
{
    private static readonly string[] Standard = ["--preset", "darts", "--image-size", "32"];

    [Fact]
    public async Task The_standard_step_is_summed_up_from_tables_and_says_how_to_get_the_model()
    {
        var outcome = await Forecast(Standard);
        Assert.True(outcome.Code == 0, outcome.Error);
        Command.AssertOneLine(outcome.Error, "native/virtual-gpu/setup.sh", VirtualCard.Launcher, "coarser");
        Assert.Contains("a step of darts with 16 channels, 8 cells and batch 64", outcome.Output, StringComparison.Ordinal);
        Assert.Matches(@"(?m)^sep_conv_5x5 +112 +\d+ +\d+\.\d\d ", outcome.Output);
        Assert.Contains("from rx580-b64-training; not in it: weights of mixtures", outcome.Output, StringComparison.Ordinal);
        var (all, kernels, launches) = Told(outcome.Output, launch: 5);
        Assert.Equal(all, kernels + 0.005 * launches, 0.11);

        // What the model makes of this step stands beside the sum.
        var product = Regex.Match(outcome.Output, @"(?m)^some (\d+) ms as the model computes this step: (0\.\d\d) of the sum$");
        Assert.True(product.Success, outcome.Output);
        Assert.Equal(Number(product.Groups[2]) * all, Number(product.Groups[1]), 0.6);

        // Rows are the whole.
        var rows = Regex.Matches(outcome.Output, @"(?m)^\w+ +\d+ +\d+ +(\d+\.\d\d) ").Sum(row => Number(row.Groups[1]));
        Assert.Equal(all, rows, 0.5);

        // Of second order, the alphas take four passes in place of one.
        var unrolled = (await Forecast([.. Standard, "--unrolled", "true"])).Output;
        Assert.Contains("coarser, an upper estimate: ", unrolled, StringComparison.Ordinal);
        Assert.DoesNotContain("as the model computes this step", unrolled, StringComparison.Ordinal);
        var second = Told(unrolled, launch: 5);
        Assert.Equal(2.5, second.Kernels / kernels, 0.01);
        var slow = Told((await Forecast([.. Standard, "--launch", "12"])).Output, launch: 12);
        Assert.Equal((kernels, launches), (slow.Kernels, slow.Launches));
    }

    [Fact]
    public async Task So_it_is_where_the_launcher_finds_no_virtual_gfx803()
    {
        using var tiny = new TinySearch();
        var launcher = tiny.In("exec");
        await File.WriteAllTextAsync(launcher, "#!/bin/sh\necho 'virtual gfx803: there is none' >&2\nexit 2\n",
            TestContext.Current.CancellationToken);
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(launcher, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        var outcome = await Forecast(Standard, launcher);
        Assert.True(outcome.Code == 0, outcome.Error);
        Assert.StartsWith("virtual gfx803: there is none", outcome.Error, StringComparison.Ordinal);
        Assert.Contains("modelled on rx580, coarser, an upper estimate: ", outcome.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_training_step_of_a_batch_that_no_table_has_lies_on_the_line_through_two()
    {
        var outcome = await Forecast(["--genotype", "DARTS_V2", .. Standard]);
        Assert.True(outcome.Code == 0, outcome.Error);
        Assert.Contains("a step of training DARTS_V2 with 36 channels, 20 cells and batch 96", outcome.Output, StringComparison.Ordinal);
        Assert.Contains("from rx580-b32-training and rx580-b64-training, on the line through both; not in it: the auxiliary head, loss",
            outcome.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("an upper estimate", outcome.Output, StringComparison.Ordinal);
        Assert.Matches(@"20 whole networks took \d\.\d\d of such a sum in the model", outcome.Output);
    }

    [Theory]
    [InlineData("its table has no 'stem 1-48 28x28 s1'; it has cells of", "--preset", "darts")]
    [InlineData("no tables of rx560", "--device", "rx560")]
    [InlineData("gdas, which draws operations", "--algorithm", "gdas")]
    [InlineData("a part of the channels, as pc-darts", "--algorithm", "pc-darts")]
    [InlineData("no table has the textbook form", "--form", "textbook")]
    [InlineData("no table has the textbook form, in which operations are dropped", "--drop-path", "0.3")]
    [InlineData("no table has the operations of resnet20", "--arch", "resnet20")]
    [InlineData("--clock and --bandwidth are for the model", "--bandwidth", "165")]
    public async Task What_no_table_has_is_told_with_the_way_to_the_model(string why, params string[] arguments)
    {
        var outcome = await Forecast(arguments);
        Assert.Equal((1, ""), (outcome.Code, outcome.Output));
        Command.AssertOneLine(outcome.Error, "native/virtual-gpu/setup.sh", VirtualCard.Launcher, why);
    }

    [Fact]
    [Trait("Category", "long")]
    public async Task The_standard_step_is_the_part_of_its_sum_that_the_sum_says()
    {
        var launcher = Environment.GetEnvironmentVariable(VirtualCard.Launcher);
        Assert.SkipWhen(string.IsNullOrEmpty(launcher), VirtualCard.Cure);
        var sum = (await Forecast(Standard)).Output;
        var whole = (await Forecast(Standard, launcher!)).Output;
        var modelled = Regex.Match(whole, @"modelled on rx580: (\d+\.\d) ms");
        Assert.True(modelled.Success, whole);
        var told = Number(Regex.Match(sum, @"the standard step takes (0\.\d\d) of such a sum").Groups[1]);
        Assert.Equal(told, Number(modelled.Groups[1]) / Told(sum, launch: 5).All, 0.03);
    }

    [Theory]
    [Trait("Category", "long")]
    [InlineData("32")]
    [InlineData("96")]
    public async Task Steps_of_other_batches_take_the_part_of_their_sum_that_is_told_and_have_no_product(string batch)
    {
        var launcher = Environment.GetEnvironmentVariable(VirtualCard.Launcher);
        Assert.SkipWhen(string.IsNullOrEmpty(launcher), VirtualCard.Cure);
        string[] step = [.. Standard, "--batch-size", batch];
        var sum = (await Forecast(step)).Output;
        Assert.DoesNotContain("as the model computes this step", sum, StringComparison.Ordinal);
        var whole = (await Forecast(step, launcher!)).Output;
        var modelled = Regex.Match(whole, @"modelled on rx580: (\d+\.\d) ms");
        Assert.True(modelled.Success, whole);
        var told = Regex.Match(sum, batch == "32" ? @"\((0\.\d\d) at batch 32, " : @", (0\.\d\d) at 96\)");
        Assert.True(told.Success, sum);
        Assert.Equal(Number(told.Groups[1]), Number(modelled.Groups[1]) / Told(sum, launch: 5).All, 0.03);
    }

    private static (double All, double Kernels, int Launches) Told(string output, int launch)
    {
        var told = Regex.Match(
            output,
            @"modelled on rx580, coarser(?:, an upper estimate)?: (\d+\.\d) ms = (\d+\.\d) ms of kernels "
            + $@"\+ (\d+) launches of {launch} us; \d+\.\d\d ms an image");
        Assert.True(told.Success, output);
        return (Number(told.Groups[1]), Number(told.Groups[2]), (int)Number(told.Groups[3]));
    }

    private static double Number(Group group) => double.Parse(group.Value, CultureInfo.InvariantCulture);

    private static async Task<Outcome> Forecast(string[] arguments, string launcher = "")
    {
        using var process = Command.Start(["forecast", .. arguments], (VirtualCard.Launcher, launcher), (TimeModel.CardVariable, ""));
        return await Command.End(process);
    }
}
