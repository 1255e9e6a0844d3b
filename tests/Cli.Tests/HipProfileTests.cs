using System.Text.RegularExpressions;
using MIOpenDarts.Darts.Costs.Tables;
using MIOpenDarts.Layers.Diagnostics;
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
    public async Task A_modelled_table_counts_launches_and_goes_on_where_it_was_stopped()
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

        var removed = first.Entries.Keys.Order(StringComparer.Ordinal).First();
        (first with { Entries = first.Entries.Where(part => part.Key != removed).ToDictionary(), Check = null }).Write(table);
        var rest = await Model();
        Assert.Equal(first.Entries.Keys.Order(), CostTable.Read(table).Entries.Keys.Order());
        Assert.Contains($"{removed}  ", rest, StringComparison.Ordinal);
        Assert.True(Parts(whole) == first.Entries.Count && Parts(rest) == 1, rest);

        async Task<string> Model()
        {
            var (code, output) = await VirtualGpu.RunAsync(
                ["dotnet", Command.Program, "profile", "--device", "rx560", "--batch", "2", "--mode", "training", "--target-channels", "2",
                    "--target-layers", "3", "--target-image-size", "8", "--target-grey", "--nodes", "1", "--out", table],
                $"{TimeModel.CardVariable}=rx560", "VGPU_TIME_SAMPLE=once", $"VGPU_BIND={tiny.Root}");
            Assert.True(code == 0, output);
            return output;
        }

        static int Parts(string output) => output.Split('\n').Count(line => Regex.IsMatch(line, @"^\d+/\d+  \S+ \d+-\d+ \d+x\d+ s\d  "));
    }
}
