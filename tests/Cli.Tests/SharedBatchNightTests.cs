using MIOpenDarts.Darts.Algorithms;
using MIOpenDarts.Darts.Genotypes;

namespace MIOpenDarts.Cli.Tests;

/// <summary>Every method in both orders, both spaces and training, on ranks of both MPIs.</summary>
[Trait("Category", "long")]
public sealed class SharedBatchNightTests
{
    // So that in two epochs happens what a method has beside its alphas. A second stage keeps more operations than NAS-Bench-201 has.
    private static readonly Dictionary<(string Algorithm, string Space), string[]> Settings = new()
    {
        [("pc-darts", CellSpace.Darts.Name)] = ["--warmup-epochs", "1"],
        [("pc-darts", CellSpace.NasBench201.Name)] = ["--warmup-epochs", "1"],
        [("dr-nas", CellSpace.Darts.Name)] = ["--second-stage-epoch", "1", "--warmup-epochs", "0"],
    };

    public static TheoryData<string, string, string, string> Searches => [.. from mpi in Mpis
        from algorithm in SearchAlgorithm.All.Where(method => method.Trains).Select(method => method.Name)
        from space in CellSpace.Names
        from unrolled in new[] { "false", "true" }
        select (mpi, algorithm, space, unrolled)];

    private static string[] Mpis => ["openmpi", "mpich"];

    [Theory]
    [MemberData(nameof(Searches))]
    public Task Ranks_search_as_one_process_does(string mpi, string algorithm, string space, string unrolled) =>
        RankedRuns.AssertSameAsAlone(mpi, Shares(mpi), run => Search(run, algorithm, space, "--unrolled", unrolled));

    [Theory]
    [InlineData("openmpi")]
    [InlineData("mpich")]
    public Task Ranks_search_leaf_by_leaf_with_watchdogs_and_drop_path_as_one_process_does(string mpi) => RankedRuns.AssertSameAsAlone(
        mpi, Shares(mpi), run => Search(
            run, "darts", "darts", "--batch-norm", "leaf", "--drop-path", "0.3", "--watch", "skip,rank,eigenvalue", "--watch-interval",
            "1"));

    [Theory]
    [InlineData("openmpi", "sync")]
    [InlineData("openmpi", "leaf")]
    [InlineData("mpich", "sync")]
    [InlineData("mpich", "leaf")]
    public Task Ranks_train_as_one_process_does(string mpi, string batchNorm) => RankedRuns.AssertSameAsAlone(mpi, [1, 2, 3, 4], run =>
    [
        "train", "--genotype", "DARTS_V2", "--data", run.Tiny.Data, "--backend", "cpu", "--init-channels", "4", "--layers", "5",
        "--auxiliary", "true", "--drop-path", "0.2", "--cutout", "true", "--cutout-length", "3", "--label-smoothing", "0.1",
        "--batch-size", "24", "--epochs", "2", "--threads", "1", "--data-workers", "1", "--report-interval", "1",
        "--batch-norm", batchNorm, "--out", run.Tiny.In(run.Name),
    ]);

    // Every number of ranks for every method, in half of the time that both launchers would take.
    private static int[] Shares(string mpi) => mpi == "openmpi" ? [2, 4] : [3];

    private static string[] Search((TinySearch Tiny, string Name) run, string algorithm, string space, params string[] more)
    {
        var channels = Math.Max(4, 2 * SearchAlgorithm.Find(algorithm)!.Paper.PartialChannels);
        string[] shape = space == CellSpace.Darts.Name
            ? ["--layers", "3", "--nodes", "2", "--multiplier", "2"]
            : ["--cells-per-stage", "1"];
        return
        [
            "search", "--algorithm", algorithm, "--space", space, "--data", run.Tiny.Data, "--backend", "cpu",
            "--init-channels", $"{channels}", .. shape, "--batch-size", "12", "--epochs", "2", "--report-interval", "1", "--threads", "1",
            "--data-workers", "1", "--out", run.Tiny.In(run.Name), .. Settings.GetValueOrDefault((algorithm, space), []), .. more,
        ];
    }
}
