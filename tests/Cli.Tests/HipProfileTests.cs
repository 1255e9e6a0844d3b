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
}
