using MIOpenDarts.Darts.Algorithms;
using MIOpenDarts.Darts.Algorithms.DrNas;
using MIOpenDarts.Darts.Checkpoints;
using MIOpenDarts.Darts.Loops;
using MIOpenDarts.Darts.Search;
using MIOpenDarts.Darts.Tests.Search;
using MIOpenDarts.Layers.Backends.Cpu;

namespace MIOpenDarts.Darts.Tests.Algorithms;

/// <summary>Every method searches to a genotype, and goes on after a stop as if there had been none.</summary>
public sealed class FamilySearchTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("miopendarts-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    public static TheoryData<string> Methods() => [.. SearchAlgorithm.All.Where(a => a.Trains).Select(a => a.Name)];

    [Theory]
    [MemberData(nameof(Methods))]
    public void Stopped_after_any_step_and_resumed_it_ends_bit_identical(string method)
    {
        var options = Options(method);
        using var backend = CpuBackend.Create(2);
        var (train, valid) = SmallSearch.Images();
        var whole = new CheckpointRing(Path.Combine(folder, "whole"), 1);
        var expected = DartsSearch.Run(train, valid, options, backend, null, whole);
        foreach (var stop in new[] { 1, 3, 4, 6, 8 })
        {
            var ring = new CheckpointRing(Path.Combine(folder, $"stopped-{stop}"), 2);
            using var cancellation = new CancellationTokenSource();
            Assert.Throws<RunInterruptedException>(
                () => DartsSearch.Run(train, valid, options, backend, new ResumeTests.StopAfter(stop, cancellation), ring,
                    cancellation.Token));
            var resumed = DartsSearch.Run(train, valid, options, backend, null, ring);
            Assert.Equal(expected.Genotype, resumed.Genotype);
            Assert.Equal(expected.History.Select(e => e.Lead), resumed.History.Select(e => e.Lead));
            ResumeTests.AssertSameTensors(whole.Files[0], ring.Files[0]);
        }
    }

    [Theory]
    [MemberData(nameof(Methods))]
    public void The_alphas_move_and_the_threads_do_not_matter(string method)
    {
        var (train, valid) = SmallSearch.Images();
        using var one = CpuBackend.Create(1);
        using var four = CpuBackend.Create(4);
        var first = DartsSearch.Run(train, valid, Options(method), one);
        var second = DartsSearch.Run(train, valid, Options(method), four);
        Assert.Equal(first.History.Select(e => e.ValidLoss), second.History.Select(e => e.ValidLoss));
        Assert.NotEqual(first.History[0].Normal.Alphas[0][1], first.History[^1].Normal.Alphas[0][1]);
        // Ten images in batches of four are three steps an epoch.
        Assert.Equal(3 * (3 - Options(method).WarmupEpochs), first.History[^1].Lead!.Steps);
    }

    [Fact]
    public void Random_draws_the_genotype_of_its_seed_without_a_step()
    {
        var (train, valid) = SmallSearch.Images();
        using var backend = CpuBackend.Create(1);
        var options = SmallSearch.Options with { Algorithm = "random" };
        var result = DartsSearch.Run(train, valid, options, backend);
        Assert.Empty(result.History);
        Assert.Equal(result.Genotype, DartsSearch.Run(train, valid, options, backend).Genotype);
        Assert.NotEqual(result.Genotype, DartsSearch.Run(train, valid, options with { Seed = 6 }, backend).Genotype);
    }

    // A paper's own method in the size of the small search; three epochs, so that there is a warm-up and a second stage.
    internal static SearchOptions Options(string method)
    {
        var algorithm = SearchAlgorithm.Find(method)!;
        var (paper, small) = (algorithm.Paper, SmallSearch.Options);
        var options = paper with
        {
            Epochs = 3,
            BatchSize = small.BatchSize,
            Layers = small.Layers,
            InitChannels = 4,
            Nodes = small.Nodes,
            Multiplier = small.Multiplier,
            DataWorkers = 1,
            CheckpointInterval = 1,
            CheckpointRing = 2,
            ReportInterval = 1,
            Seed = small.Seed,
            PartialChannels = paper.PartialChannels == 6 ? 4 : paper.PartialChannels,
            WarmupEpochs = algorithm.StageStarts(paper).Count == 1 ? Math.Min(paper.WarmupEpochs, 1) : 0,
            Methods = algorithm.WithEpochs(paper, 3).Methods,
        };
        return algorithm is DrNasAlgorithm ? options.With(options.Own<DrNasOptions>() with { SecondStagePartialChannels = 2 }) : options;
    }
}
