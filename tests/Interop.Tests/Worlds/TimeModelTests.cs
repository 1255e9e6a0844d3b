using System.Globalization;
using MIOpenDarts.Tests.Hip;

namespace MIOpenDarts.Interop.Tests.Worlds;

/// <summary>The virtual GPU's model of time, on times and rates that were measured on cards.</summary>
public sealed class TimeModelTests
{
    [Theory]
    [Trait("Category", "virtual-gpu")]
    [InlineData("fiji")]
    [InlineData("rx580")]
    public async Task Modelled_rates_are_within_a_tenth_of_those_measured_on_cards(string chip)
    {
        await BuildAsync("time-rates");
        var (code, output) = await VirtualGpu.RunAsync(["time-rates"], $"VGPU_TIME={chip}", "VGPU_TIME_SAMPLE=1");
        Assert.True(code == 0 && output.Contains("all ok\n", StringComparison.Ordinal), output);
    }

    [Fact]
    [Trait("Category", "virtual-gpu")]
    public async Task Modelled_times_are_those_of_the_R9_Nano_and_depend_neither_on_threads_nor_on_what_is_executed_beside_the_sample()
    {
        await BuildAsync("times");
        var sampled = await TimesAsync("VGPU_THREADS=1", "VGPU_TIME_SAMPLE=1");
        var errors = sampled.Select(row => Math.Abs(double.Parse(row.Split('\t')[2], CultureInfo.InvariantCulture) - 1)).Order().ToList();
        Assert.Equal(12, errors.Count);
        // What is asked of all rows of the table: a median error of at most a tenth, and nine rows in ten within 30 %.
        var within = errors.Count(error => error <= .30);
        Assert.True((errors[5] + errors[6]) / 2 <= .10 && within >= .9 * errors.Count, string.Join('\n', sampled));
        Assert.Equal(sampled, await TimesAsync("VGPU_THREADS=3", "VGPU_TIME_SAMPLE=0"));
    }

    [Fact]
    [Trait("Category", "virtual-gpu")]
    public async Task Modelled_peaks_are_within_eight_hundredths_of_those_that_clpeak_measured_on_an_RX_570()
    {
        await BuildAsync("times-peaks");
        var (code, output) = await VirtualGpu.RunAsync(
            ["times-peaks", Own("measured", "clpeak-rx570.tsv")], "VGPU_TIME=rx570", "VGPU_TIME_SAMPLE=1");
        Assert.True(code == 0, output);
        // Wider reads are scattered over lines, and stated only.
        string[] judged =
            ["read float,", "read float4,", "multiply-add float,", "multiply-add double,", "multiply-add int,"];
        foreach (var name in judged)
        {
            var ratio = Rows(output).Select(row => row.Split('\t')).Single(row => row[3].StartsWith(name, StringComparison.Ordinal))[2];
            Assert.True(Math.Abs(double.Parse(ratio, CultureInfo.InvariantCulture) - 1) <= .08, output);
        }
    }

    [Fact]
    [Trait("Category", "virtual-gpu")]
    public async Task Kernels_compute_the_same_while_they_are_modelled()
    {
        await BuildAsync("basic");
        var (code, output) = await VirtualGpu.RunAsync(["basic"], "VGPU_TIME=rx580");
        Assert.True(code == 0 && output.Contains("all ok\n", StringComparison.Ordinal), output);
    }

    [Fact]
    [Trait("Category", "virtual-gpu")]
    public async Task An_unknown_chip_is_named_with_those_that_are_known()
    {
        await BuildAsync("time-rates");
        var (code, output) = await VirtualGpu.RunAsync(["time-rates"], "VGPU_TIME=rx590");
        Assert.Equal(2, code);
        Assert.Contains("VGPU_TIME=rx590 is none of rx580, rx570, rx560, fiji, vega10", output);
    }

    private static string Own(params string[] path) => Path.Combine([SetupTests.Native(), "virtual-gpu", .. path]);

    private static async Task BuildAsync(string program)
    {
        var (code, output) = await VirtualGpu.RunAsync([Own("tests", "build.sh"), program]);
        Assert.True(code == 0, output);
    }

    /// <summary>The twelve shortest of the R9 Nano's products: modelled and measured microseconds, ratio, row.</summary>
    private static async Task<List<string>> TimesAsync(params string[] settings)
    {
        var (code, output) = await VirtualGpu.RunAsync(
            ["times", Own("measured", "r9nano-sgemm.tsv"), "--shortest", "12"], ["VGPU_TIME=fiji", "VGPU_STOCK_ROCBLAS=1", .. settings]);
        Assert.True(code == 0, output);
        return Rows(output);
    }

    private static List<string> Rows(string output) =>
        [.. output.Split('\n').Where(line => line.Contains('\t') && !line.StartsWith("modelled", StringComparison.Ordinal))];
}
