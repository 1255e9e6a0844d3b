using System.Globalization;
using System.IO.Compression;
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
        // Of the eight, reads of 8 and 16 floats are scattered over lines, and stated only.
        var (code, output) = await PeaksAsync(".08");
        Assert.True(code == 0 && output.Contains("6 rates within 0.080, 0 beyond it", StringComparison.Ordinal), output);
        Assert.Equal(8, Rows(output).Count);
        (code, output) = await PeaksAsync(".01");
        Assert.True(code == 1 && output.Contains("3 rates within 0.010, 3 beyond it", StringComparison.Ordinal), output);

        static Task<(int Code, string Output)> PeaksAsync(string most) => VirtualGpu.RunAsync(
            ["times-peaks", Own("measured", "clpeak-rx570.tsv"), "--most-error", most], "VGPU_TIME=rx570", "VGPU_TIME_SAMPLE=1");
    }

    [Fact]
    [Trait("Category", "virtual-gpu")]
    public async Task Modelled_times_of_a_dozen_short_convolutions_scatter_around_those_of_the_find_database_as_is_asked_of_all()
    {
        await BuildAsync("times");
        var tuned = Path.Combine(AppContext.BaseDirectory, "tuned.tsv");
        await using (var packed = new GZipStream(File.OpenRead(Own("measured", "tuned.tsv.gz")), CompressionMode.Decompress))
        await using (var text = File.Create(tuned))
            await packed.CopyToAsync(text, TestContext.Current.CancellationToken);
        var (code, output) = await VirtualGpu.RunAsync(
            ["times", Own("measured", "measured.tsv"), "--only", "Ocl", "--shortest", "12", "--tuned", tuned, "--most-deviation", ".45",
                "--fewest-rows", "12"],
            "VGPU_TIME=vega10", "VGPU_TIME_SAMPLE=1", "VGPU_STOCK_ROCBLAS=1");
        Assert.True(code == 0 && Rows(output).Count == 12, output);
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
