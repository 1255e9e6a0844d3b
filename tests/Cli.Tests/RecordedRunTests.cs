using MIOpenDarts.Darts.Records;
using MIOpenDarts.Layers.Tensors;

namespace MIOpenDarts.Cli.Tests;

/// <summary>Runs of the version before, see tests/recorded.</summary>
public sealed class RecordedRunTests : IDisposable
{
    private readonly TinySearch tiny = new();

    public RecordedRunTests()
    {
        foreach (var run in new[] { "search", "train" }) Copy(Path.Combine(Checkout.Folder, "tests", "recorded", run), tiny.In(run));
    }

    [Fact]
    public void They_are_shown_compared_evaluated_exported_and_trained_from()
    {
        var genotype = File.ReadAllText(Path.Combine(tiny.In("search"), "genotype.txt"));
        Assert.Equal(genotype, Done("show", tiny.In("search")));
        Assert.Matches(@"search +1 +1 +1898 .* 70\.00", Done("compare", tiny.In("train"), tiny.In("search")));
        Assert.Contains("% of 20 images right", Done("evaluate", tiny.In("train"), "--data", tiny.Data, "--backend", "cpu"));
        Done("export", tiny.In("train"), "--out", tiny.In("train.onnx"));
        Assert.True(new FileInfo(tiny.In("train.onnx")).Length > 0);
        Assert.Contains("% of 20 images right", Done(
            "train", "--genotype", tiny.In("search"), "--data", tiny.Data, "--held-out", "0.2", "--backend", "cpu", "--init-channels", "2",
            "--layers", "3",
            "--batch-size", "16", "--epochs", "1", "--auxiliary", "false", "--out", tiny.In("anew")));
    }

    [Fact]
    public void A_search_in_its_second_stage_goes_on_with_the_operations_that_it_had_kept()
    {
        var kept = Kept(tiny.Newest("search"));
        Assert.Contains(0, kept);
        Done("search", "--resume", tiny.In("search"), "--data", tiny.Data, "--epochs", "3");
        Assert.Equal("checkpoint-00003-0000000.safetensors", Path.GetFileName(tiny.Newest("search")));
        Assert.Equal(kept, Kept(tiny.Newest("search")));
        Assert.Equal([0, 1, 2], tiny.Log("search").OfType<EpochDone>().Select(done => done.Record.Epoch));
    }

    [Fact]
    public void A_training_goes_on()
    {
        var output = Done("train", "--resume", tiny.In("train"), "--data", tiny.Data, "--epochs", "2");
        // Its sums were ordered otherwise, whatever the vector width.
        var warning = Assert.Single(output.Split('\n'), line => line.StartsWith("warning: ", StringComparison.Ordinal));
        Assert.Matches("was written on cpu/Single/512, this is cpu/Single/[0-9]+/[0-9]+: .* not bit for bit", warning);
        Assert.Equal([0, 1], tiny.Log("train").OfType<TrainEpochDone>().Select(done => done.Record.Epoch));
    }

    [Fact]
    public void What_its_method_was_told_stays_what_it_is()
    {
        var run = tiny.In("search");
        Command.Refuses(1, ["search", "--resume", run, "--data", tiny.Data, "--second-stage-operations", "3"], run,
            "second_stage_operations 4, not 3");
    }

    public void Dispose() => tiny.Dispose();

    private static string Done(params string[] words)
    {
        var outcome = Command.Run(words);
        Assert.True(outcome.Code == 0, $"{string.Join(' ', words)}: {outcome.Error}");
        return outcome.Output;
    }

    private static long[] Kept(string checkpoint)
    {
        using var file = SafetensorsFile.Open(checkpoint);
        return [.. file.ReadInt64("search.kept_normal"), .. file.ReadInt64("search.kept_reduce")];
    }

    private static void Copy(string from, string to)
    {
        foreach (var file in Directory.GetFiles(from, "*", SearchOption.AllDirectories))
        {
            var copy = Path.Combine(to, Path.GetRelativePath(from, file));
            Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
            File.Copy(file, copy);
        }
    }
}
