using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using MIOpenDarts.Darts.Records;
using MIOpenDarts.Tests.Mpi;

namespace MIOpenDarts.Cli.Tests;

/// <summary>Runs of the program as ranks of a real MPI, compared with those of one process without it.</summary>
internal static partial class RankedRuns
{
    // What the time or the machine decides.
    private static readonly HashSet<string> Passing =
    [
        "time", "seconds", "environment", "stepSeconds", "epochSeconds", "remainingSeconds", "imagesPerSecond", "memoryBytes",
        "peakMemoryBytes", "bytes",
    ];

    /// <summary>The program with its words, as a launcher wants it.</summary>
    public static IEnumerable<string> Ranked(params string[] args) => ["dotnet", Command.Program, .. args];

    /// <summary>The words of a command with another value of an option.</summary>
    public static string[] With(string[] args, string option, string value)
    {
        var at = Array.IndexOf(args, option);
        return at < 0 ? [.. args, option, value] : [.. args[..(at + 1)], value, .. args[(at + 2)..]];
    }

    /// <summary>Every number of ranks ends with the checkpoint, the result and the log of one process.</summary>
    /// <param name="mpi">openmpi or mpich.</param>
    /// <param name="ranks">Numbers of ranks.</param>
    /// <param name="args">The command for a run of this name in a folder of tiny images.</param>
    public static async Task AssertSameAsAlone(string mpi, int[] ranks, Func<(TinySearch Tiny, string Name), string[]> args)
    {
        var launcher = Mpirun.Of(mpi);
        // Leaves of one image and of two, and a last batch that is smaller.
        using var tiny = new TinySearch(images: 40) { Epochs = 1, BatchSize = 12 };
        File.Copy(tiny.ImagesFile, tiny.ImagesFile.Replace("train", "t10k", StringComparison.Ordinal));
        File.Copy(tiny.LabelsFile, tiny.LabelsFile.Replace("train", "t10k", StringComparison.Ordinal));
        var alone = Command.Run(args((tiny, "alone")));
        Assert.Equal((0, ""), (alone.Code, alone.Error));
        foreach (var count in ranks)
        {
            var name = $"ranks-{count}";
            var (code, output, error) = await launcher.RunAsync(count, Ranked(args((tiny, name))));
            Assert.True((code, error) == (0, ""), output + error);
            TinySearch.AssertSameTensors(tiny.Newest("alone"), tiny.Newest(name));
            Assert.Equal(Log(tiny, "alone"), Log(tiny, name));
            var results = Results(tiny, "alone");
            Assert.NotEmpty(results);
            Assert.Equal(results, Results(tiny, name));
            foreach (var result in results)
                Assert.Equal(File.ReadAllBytes(tiny.In($"alone/{result}")), File.ReadAllBytes(tiny.In($"{name}/{result}")));

            for (var rank = 1; rank < count; rank++)
            {
                var lines = File.ReadAllLines(tiny.In($"{name}/rank-{rank}.log"));
                Assert.Contains($"rank {rank} of {count} on ", lines[0]);
                Assert.EndsWith(" done", lines[^1]);
            }
        }
    }

    /// <summary>Number of the process that the log of a rank is of.</summary>
    public static int ProcessOf(string log) =>
        int.Parse(ProcessNumber().Matches(File.ReadAllText(log))[^1].Groups[1].Value, CultureInfo.InvariantCulture);

    /// <summary>Every rank but the first has written that it stopped before the step of the last checkpoint.</summary>
    public static void AssertStoppedTogether(TinySearch tiny, string run, int ranks)
    {
        Assert.Equal(RunOutcome.Interrupted, Assert.IsType<RunEnded>(tiny.Log(run)[^1]).Outcome);
        var last = Assert.IsType<CheckpointWritten>(tiny.Log(run)[^2]);
        Assert.Equal(Path.GetFileName(tiny.Newest(run)), last.File);
        for (var rank = 1; rank < ranks; rank++)
        {
            // The rank may write that a signal came before or after it.
            var lines = File.ReadAllLines(tiny.In($"{run}/rank-{rank}.log"));
            var begun = Array.FindLastIndex(lines, line => ProcessNumber().IsMatch(line));
            Assert.Contains(
                lines[(begun + 1)..], line => line.Contains(
                    $"Stopped before step {last.Step + 1} of epoch {last.Epoch}", StringComparison.Ordinal));
        }
    }

    // A search has a genotype, a training weights.
    private static List<string> Results(TinySearch tiny, string run) =>
        [.. new[] { "genotype.txt", "weights.safetensors", "best.safetensors" }.Where(file => File.Exists(tiny.In($"{run}/{file}")))];

    private static IEnumerable<string> Log(TinySearch tiny, string run) =>
        File.ReadLines(tiny.In($"{run}/log.jsonl")).Select(line => Lasting(JsonNode.Parse(line))!.ToJsonString());

    private static JsonNode? Lasting(JsonNode? node) => node switch
    {
        JsonObject found => new JsonObject(found.Where(pair => !Passing.Contains(pair.Key))
            .Select(pair => KeyValuePair.Create(pair.Key, Lasting(pair.Value)))),
        JsonArray found => new JsonArray([.. found.Select(Lasting)]),
        _ => node?.DeepClone(),
    };

    [GeneratedRegex(@"process (\d+)", RegexOptions.CultureInvariant)]
    private static partial Regex ProcessNumber();
}
