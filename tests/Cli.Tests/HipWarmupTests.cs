using MIOpenDarts.Interop.Devices;
using MIOpenDarts.Tests.Hip;

namespace MIOpenDarts.Cli.Tests;

public sealed class HipWarmupTests : IDisposable
{
    private readonly TinySearch tiny = new(images: 16);

    public void Dispose() => tiny.Dispose();

    [Fact]
    public void Without_a_GPU_there_is_nothing_to_warm_up()
    {
        Assert.SkipWhen(HipDevice.All.Count > 0, "This machine has a GPU.");
        Command.Refuses(1, ["warmup"], "backend 'hip'");
        Command.Refuses(2, ["warmup", "--backend", "cpu"], "only hip needs a warm-up");
    }

    [Fact]
    [Trait("Category", "virtual-gpu")]
    public async Task Choices_are_measured_once_and_remembered()
    {
        File.WriteAllText(tiny.In("train.json"), "{\"init_channels\": 2, \"layers\": 3, \"batch_size\": 4, \"auxiliary\": true}");
        var first = await WarmUpAsync();
        Assert.Matches(@"kernel files (\d+)/\1 ", first);
        Assert.Matches(@"convolutions (\d+)/\1 .* deterministic  (MIOpen|hipBLAS) ", first);
        Assert.Matches(@"Forward 4x\d+x\d+x\d+ filter 128x\d+x1x1 .* (MIOpen|hipBLAS) ", first);
        Assert.EndsWith("waits for nothing any more\n", first);
        var file = Assert.Single(Directory.GetFiles(tiny.In("cache/solvers")));
        Assert.StartsWith("gfx803-", Path.GetFileName(file));
        var lines = File.ReadAllLines(file);
        Assert.Equal(first, await WarmUpAsync());
        Assert.Equal(lines, File.ReadAllLines(file));
    }

    private async Task<string> WarmUpAsync()
    {
        var (code, output) = await VirtualGpu.RunAsync(
            ["dotnet", Command.Program, "warmup", "--genotype", "DARTS_V1", "--config", tiny.In("train.json"), "--data", tiny.Data],
            $"VGPU_BIND={tiny.Root}", $"MIOPENDARTS_CACHE={tiny.In("cache")}");
        Assert.True(code == 0, output);
        return output;
    }
}
