using System.Text.Json;
using MIOpenDarts.Tests.Mpi;

namespace MIOpenDarts.Cli.Tests;

/// <summary>A folder for one test of fronts on a few images, where a front made alone is compared with what others made together.</summary>
public sealed class TinyFront() : TinySearch(images: 40)
{
    /// <summary>The words of a front, without its epochs, which a short training does not read.</summary>
    public string[] Line(params string[] more)
    {
        var words = Args("front")[1..^2].ToList();
        words.RemoveRange(words.IndexOf("--epochs"), 2);
        return ["pareto", .. words, "--cost", "macs", "--target-channels", "2", "--target-layers", "3", "--threads", "1", .. more];
    }

    /// <summary>Images to test what is trained from scratch, the same as those for training.</summary>
    public void AddTestImages()
    {
        File.Copy(ImagesFile, ImagesFile.Replace("train", "t10k", StringComparison.Ordinal));
        File.Copy(LabelsFile, LabelsFile.Replace("train", "t10k", StringComparison.Ordinal));
    }

    /// <summary>A launcher runs it to a good end.</summary>
    /// <returns>What was said.</returns>
    public static async Task<string> RunRanks(string mpi, int ranks, string[] line)
    {
        var (code, output, error) = await Mpirun.Of(mpi).RunAsync(ranks, RankedRuns.Ranked(line));
        Assert.True((code, error) == (0, ""), output + error);
        return output;
    }

    /// <summary>Starts the ranks of MPICH, with a file for each that has the number of its process.</summary>
    public System.Diagnostics.Process StartRanks(int ranks, string[] line) => Mpirun.Of("mpich").Start(
        ranks, ["sh", "-c", "echo $$ > \"$0/rank-$PMI_RANK.pid\"; exec \"$@\"", Root, .. RankedRuns.Ranked(line)]);

    /// <summary>Sends a signal to a rank that was started so.</summary>
    public Task SignalRank(int rank, string name) =>
        Command.End(Command.Start("kill", [$"-{name}", File.ReadAllText(In($"rank-{rank}.pid")).Trim()]));

    /// <summary>Waits for what other processes do.</summary>
    public static async Task Until(Func<bool> holds)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(2));
        while (!holds()) await Task.Delay(20, limit.Token);
    }

    /// <summary>The front is that in the folder <c>alone</c>.</summary>
    public void AssertSameFront(string run)
    {
        foreach (var file in new[] { "archive.jsonl", "front.csv", "report.html" })
            Assert.Equal(File.ReadAllText(In($"alone/{file}")), File.ReadAllText(In($"{run}/{file}")));
    }

    /// <summary>What was evaluated, in that order.</summary>
    public IReadOnlyList<string> Genomes(string run) =>
    [
        .. File.ReadLines(In($"{run}/evaluations.jsonl")).Skip(1)
            .Select(line => JsonDocument.Parse(line).RootElement.GetProperty("genome").GetString()!),
    ];
}
