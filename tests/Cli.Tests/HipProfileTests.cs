using System.Text.RegularExpressions;
using MIOpenDarts.Darts.Costs.Tables;
using MIOpenDarts.Layers.Backends.MIOpen.Kernels;
using MIOpenDarts.Layers.Diagnostics;
using MIOpenDarts.Layers.Machine;
using MIOpenDarts.Tests.Hip;

namespace MIOpenDarts.Cli.Tests;

public sealed class HipProfileTests : IDisposable
{
    private readonly TinySearch tiny = new();

    public void Dispose() => tiny.Dispose();

    [Theory]
    [Trait("Category", "virtual-gpu")]
    [InlineData("hip")]
    [InlineData("auto")]
    public async Task Times_of_the_virtual_gpu_are_never_written_as_measured(string backend)
    {
        var table = tiny.In("table.json");
        var (code, output) = await VirtualGpu.RunAsync(
            ["dotnet", Command.Program, "profile", "--backend", backend, "--target-channels", "2", "--target-layers", "3",
                "--target-image-size",
                "8", "--target-grey", "--out", table]);
        Assert.True(code == 2, output);
        Command.AssertOneLine(output, "the virtual gfx803", "--backend cpu");
        Assert.False(File.Exists(table));
    }

    [Fact]
    [Trait("Category", "virtual-gpu")]
    public async Task A_modelled_table_counts_launches_and_is_the_same_wherever_it_was_stopped()
    {
        var table = tiny.In(Path.Combine("tables", "table.json"));
        var whole = await Model();
        var first = CostTable.Read(table);
        Assert.Equal(("modelled", "rx560", "rx560-b2-training"), (first.Source, first.Device.Device, first.Name));
        Assert.All(first.Entries, part =>
        {
            Assert.True(part.Value.Launches > 0, part.Key);
            Assert.Equal(part.Value.Median, part.Value.WithoutLaunches!.Value + 0.005 * part.Value.Launches!.Value, 2e-6);
        });
        Assert.NotNull(first.Check);
        Assert.Null(first.Drift);
        Assert.Contains($"kernels {KernelSources.Version("gfx803")}, ", first.Device.Versions, StringComparison.Ordinal);
        Assert.Matches(@"1\.2 GHz, \d+(\.\d)? GB/s, 5 us a launch, time model [0-9a-f]{12}$", first.Device.Versions);

        // Every second part is missing: what remains begins after others than it did.
        var kept = first.Entries.OrderBy(part => part.Key, StringComparer.Ordinal).Where((_, i) => i % 2 == 0).ToDictionary();
        (first with { Entries = kept, Check = null }).Write(table);
        var rest = await Model();
        var second = CostTable.Read(table);
        Assert.Equal(first.Entries.Keys.Order(), second.Entries.Keys.Order());
        // Between processes a part was seen to differ by 0.6 %; one that begins in another's L2 or with its launches counted, by far more.
        Assert.All(first.Entries, part =>
        {
            Assert.Equal(part.Value.Launches, second.Entries[part.Key].Launches);
            Assert.Equal(1, second.Entries[part.Key].Median / part.Value.Median, 0.05);
        });
        Assert.Equal(1, second.Check!.Ratio / first.Check.Ratio, 0.05);
        Assert.True(Parts(whole) == first.Entries.Count && Parts(rest) == first.Entries.Count - kept.Count, rest);

        // Another clock is another card.
        var (refused, message) = await Start("VGPU_TIME_CLOCK=1");
        Assert.NotEqual(0, refused);
        Assert.Contains("1.2 GHz", message, StringComparison.Ordinal);
        Assert.Equal(second.Entries.Count, CostTable.Read(table).Entries.Count);

        async Task<string> Model()
        {
            var (code, output) = await Start();
            Assert.True(code == 0, output);
            return output;
        }

        Task<(int Code, string Output)> Start(params string[] settings) => VirtualGpu.RunAsync(
            ["dotnet", Command.Program, "profile", "--device", "rx560", "--batch", "2", "--mode", "training", "--target-channels", "2",
                "--target-layers", "3", "--target-image-size", "8", "--target-grey", "--nodes", "1", "--out", table],
            [$"{TimeModel.CardVariable}=rx560", "VGPU_TIME_SAMPLE=once", $"VGPU_BIND={tiny.Root}", .. settings]);

        static int Parts(string output) => output.Split('\n').Count(line => Regex.IsMatch(line, @"^\d+/\d+  \S+ \d+-\d+ \d+x\d+ s\d  "));
    }
}
