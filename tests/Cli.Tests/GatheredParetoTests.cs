namespace MIOpenDarts.Cli.Tests;

/// <summary>Reports that are built from what is done, while the rest of a study is not.</summary>
public sealed class GatheredParetoTests : IDisposable
{
    private readonly TinyFront tiny = new();

    public void Dispose() => tiny.Dispose();

    [Fact]
    public void What_is_done_is_gathered_and_nothing_else_is_done()
    {
        string[] line = [.. tiny.Line("--epochs", "1"), "--evaluations", "8", "--population", "4", "--seeds", "0"];
        Command.Refuses(2, [.. line, "--gather"], "--gather needs --out");
        Assert.Equal(0, Command.Run([.. line, "--out", tiny.In("alone")]).Code);
        tiny.Copy("alone", "front");
        foreach (var file in new[] { "archive.jsonl", "front.csv", "report.html" }) File.Delete(tiny.In($"front/{file}"));
        Assert.Equal(0, Command.Run([.. line, "--out", tiny.In("front"), "--gather"]).Code);
        tiny.AssertSameFront("front");
        File.Delete(tiny.In("front/front.csv"));
        Directory.CreateDirectory(tiny.In("front/front.csv"));
        var unwritten = Command.Run([.. line, "--out", tiny.In("front"), "--gather"]);
        Command.AssertOneLine(unwritten.Error, "front.csv: cannot be written");
        Assert.Equal(1, unwritten.Code);
        Assert.Contains("nsga2: hypervolume ", unwritten.Output);
        Directory.Delete(tiny.In("front/front.csv"));
        // The header, the first generation, and half of the second.
        File.WriteAllLines(tiny.In("front/evaluations.jsonl"), File.ReadAllLines(tiny.In("alone/evaluations.jsonl"))[..7]);
        File.Delete(tiny.In("front/supernet.safetensors"));
        var gathered = Command.Run([.. line, "--out", tiny.In("front"), "--gather"]);
        Assert.Equal((0, ""), (gathered.Code, gathered.Error));
        Assert.Contains("nsga2, seed 0: 4 evaluated", gathered.Output);
        Assert.Equal(4, File.ReadLines(tiny.In("front/archive.jsonl")).Count());
        Assert.Equal(7, File.ReadLines(tiny.In("front/evaluations.jsonl")).Count());
        Assert.False(File.Exists(tiny.In("front/supernet.safetensors")));
        File.WriteAllLines(tiny.In("front/evaluations.jsonl"), File.ReadAllLines(tiny.In("alone/evaluations.jsonl"))[..1]);
        Command.Refuses(1, [.. line, "--out", tiny.In("front"), "--gather"], "front: no generation is evaluated to its end yet");
        Directory.CreateDirectory(tiny.In("mistyped"));
        Command.Refuses(1, [.. line, "--out", tiny.In("mistyped"), "--gather"], "mistyped: no study was begun here", "--out");
        Assert.Empty(Directory.GetFileSystemEntries(tiny.In("mistyped")));
    }

    [Fact]
    public void Of_a_sweep_what_is_done_is_gathered_and_nothing_else_is_done()
    {
        string[] sweep = [.. tiny.Line("--epochs", "1"), "--weights", "0,10", "--seeds", "0"];
        Assert.Equal(0, Command.Run([.. sweep, "--out", tiny.In("sweep")]).Code);
        Directory.Delete(tiny.In("sweep/cost_weight-10"), recursive: true);
        Assert.Equal(0, Command.Run([.. sweep, "--out", tiny.In("sweep"), "--gather"]).Code);
        Assert.Equal(2, File.ReadLines(tiny.In("sweep/archive.jsonl")).Count());
        Assert.False(Directory.Exists(tiny.In("sweep/cost_weight-10")));
        // What was judged needs no supernet, and without one nothing more is.
        File.Delete(tiny.In("sweep/supernet-seed-0.safetensors"));
        Assert.Equal(0, Command.Run([.. sweep, "--out", tiny.In("sweep"), "--gather"]).Code);
        Assert.Equal(2, File.ReadLines(tiny.In("sweep/archive.jsonl")).Count());
        File.Delete(tiny.In("sweep/judged-seed-0.jsonl"));
        Command.Refuses(1, [.. sweep, "--out", tiny.In("sweep"), "--gather"], "nothing of this sweep is done that could be gathered");
        Assert.False(File.Exists(tiny.In("sweep/supernet-seed-0.safetensors")) || File.Exists(tiny.In("sweep/judged-seed-0.jsonl")));
    }
}
