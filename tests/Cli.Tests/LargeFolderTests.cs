using System.Diagnostics;
using System.Globalization;

namespace MIOpenDarts.Cli.Tests;

/// <summary>A folder of many more images than are held, given to a search.</summary>
public sealed class LargeFolderTests : IDisposable
{
    private const int Classes = 10;
    private const int ImagesOfAClass = 10_000;
    // Decoded at 96x96 the images are 2.6 GiB.
    private const long MostBytes = 1L << 30;
    private readonly TinySearch tiny = new();

    public void Dispose() => tiny.Dispose();

    [Fact]
    [Trait("Category", "long")]
    public async Task A_hundred_thousand_links_are_searched_on_without_being_held()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "reads /proc; run this on Linux");
        var image = Path.Combine(Checkout.Folder, "data", "decoding", "500x375.jpg");
        for (var kind = 0; kind < Classes; kind++)
        {
            var folder = Directory.CreateDirectory(tiny.In($"links/class{kind}")).FullName;
            for (var i = 0; i < ImagesOfAClass; i++) File.CreateSymbolicLink(Path.Combine(folder, $"{i}.jpg"), image);
            // An index is kept of what would have another time if it changed.
            Directory.SetLastWriteTimeUtc(folder, DateTime.UtcNow.AddHours(-1));
        }

        Directory.SetLastWriteTimeUtc(tiny.In("links"), DateTime.UtcNow.AddHours(-1));
        await SearchAsync("without");
        Assert.Single(Directory.GetFiles(tiny.In("cache/index")));
        await SearchAsync("with");
    }

    private async Task SearchAsync(string index)
    {
        using var process = new Blow(Blow.Terminate, 0, "epoch 1/1  step ").StartBy("env",
        [
            $"MIOPENDARTS_CACHE={tiny.In("cache")}", "dotnet", Command.Program, "search", "--data", tiny.In("links"), "--image-size", "96",
            "--backend", "cpu", "--epochs", "1", "--batch-size", "8", "--layers", "3", "--init-channels", "4", "--nodes", "2", "--out",
            tiny.In(index),
        ]);
        var (clock, peak) = (Stopwatch.StartNew(), 0L);
        var end = Command.End(process);
        while (!end.IsCompleted)
        {
            peak = Math.Max(peak, PeakOf(process.Id));
            await Task.Delay(50, TestContext.Current.CancellationToken);
        }

        var outcome = await end;
        Command.AssertOneLine(outcome.Error, "stopped with a checkpoint");
        Assert.Equal(128 + Blow.Terminate, outcome.Code);
        Assert.InRange(peak, 1, MostBytes);
        TestContext.Current.SendDiagnosticMessage(
            $"a search on {Classes * ImagesOfAClass} links {index} an index: a step and a checkpoint after "
            + $"{clock.Elapsed.TotalSeconds:F1} s, {peak >> 20} MiB at most");
    }

    // Bytes; 0 once it has ended.
    private static long PeakOf(int process)
    {
        try
        {
            return File.ReadLines($"/proc/{process}/status").Select(line => line.Split([' ', '\t'], StringSplitOptions.RemoveEmptyEntries))
                .Where(words => words is ["VmHWM:", _, "kB"]).Sum(words => 1024 * long.Parse(words[1], CultureInfo.InvariantCulture));
        }
        catch (IOException)
        {
            return 0;
        }
    }
}
