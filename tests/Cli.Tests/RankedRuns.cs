using System.Diagnostics;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
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
            foreach (var result in new[] { "genotype.txt", "weights.safetensors", "best.safetensors" })
            {
                Assert.Equal(File.Exists(tiny.In($"alone/{result}")), File.Exists(tiny.In($"{name}/{result}")));
                if (File.Exists(tiny.In($"alone/{result}")))
                    Assert.Equal(File.ReadAllBytes(tiny.In($"alone/{result}")), File.ReadAllBytes(tiny.In($"{name}/{result}")));
            }

            for (var rank = 1; rank < count; rank++)
                Assert.Contains($"rank {rank} of {count} on ", File.ReadAllText(tiny.In($"{name}/rank-{rank}.log")));
        }
    }

    /// <summary>Number of the process that a rank of a run is, by its log.</summary>
    public static string ProcessOf(TinySearch tiny, string run, int rank) =>
        ProcessNumber().Matches(File.ReadAllText(tiny.In($"{run}/rank-{rank}.log")))[^1].Groups[1].Value;

    /// <summary>Waits until a run has a newer checkpoint than this one.</summary>
    public static async Task HasNewer(TinySearch tiny, string run, string checkpoint)
    {
        var start = Stopwatch.StartNew();
        while (string.CompareOrdinal(tiny.Newest(run), checkpoint) <= 0)
        {
            Assert.True(start.Elapsed < TimeSpan.FromMinutes(2), "there is no further checkpoint");
            await Task.Delay(20);
        }
    }

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
