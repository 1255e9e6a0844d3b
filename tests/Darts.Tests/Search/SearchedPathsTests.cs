using MIOpenDarts.Darts.Algorithms;
using MIOpenDarts.Darts.Bilevel;
using MIOpenDarts.Darts.Checkpoints;
using MIOpenDarts.Darts.Data;
using MIOpenDarts.Darts.Genotypes;
using MIOpenDarts.Darts.Search;
using MIOpenDarts.Darts.Supernets;
using MIOpenDarts.Layers.Backends.Cpu;
using MIOpenDarts.Layers.Backends.Reference;
using MIOpenDarts.Layers.Modules;

namespace MIOpenDarts.Darts.Tests.Search;

/// <summary>Genotypes judged by the weights of a search's supernet.</summary>
public sealed class SearchedPathsTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("miopendarts-").FullName;

    private static CancellationToken Never => CancellationToken.None;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Theory]
    [InlineData("darts", "darts")]
    [InlineData("pc-darts", "darts")]
    [InlineData("darts", "nas-bench-201")]
    [InlineData("pc-darts", "nas-bench-201")]
    public void A_genotype_is_judged_as_the_supernet_does_that_has_all_its_weight_on_it(string method, string space)
    {
        var options = Options(method, space);
        var (train, valid) = SmallSearch.Images(40);
        var shape = DartsSearch.ShapeOf(train, options);
        var ring = new CheckpointRing(folder, 1);
        using (var backend = CpuBackend.Create(1)) DartsSearch.Run(train, valid, options, backend, checkpoints: ring);
        using var plain = new ReferenceBackend<float>();
        using var paths = SearchedPaths.Open(folder, options, shape, plain);
        using var state = new SearchState(options, shape, plain);
        Assert.NotNull(ring.Load(file => SearchCheckpoint.Restore(file, state, options, _ => { })));
        var seen = new HashSet<double>();
        for (var i = 0; i < 12; i++)
        {
            var genotype = RandomGenotypes.Draw(3, i, options.Nodes, options.Multiplier, CellSpace.Named(space));
            foreach (var (cell, architecture) in genotype.Cells.Zip(state.Net.Architectures)) PutAllWeightOn(cell, architecture);
            var accuracy = paths.Accuracy(genotype, valid.Encoder, valid.Indices, Never);
            Assert.Equal(Accuracy(state.Net, options, valid), accuracy);
            seen.Add(accuracy);
        }

        // Weights that no genotype distinguishes would prove nothing.
        Assert.True(seen.Count > 1, $"all genotypes are {string.Join(", ", seen)} % right");
    }

    [Fact]
    public void What_every_method_finds_can_be_judged()
    {
        foreach (var algorithm in SearchAlgorithm.All.Where(algorithm => algorithm.Trains))
        {
            foreach (var space in new[] { CellSpace.Darts, CellSpace.NasBench201 })
            {
                var options = Options(algorithm.Name, space.Name);
                var (train, valid) = SmallSearch.Images(40);
                var ring = Path.Combine(folder, $"{algorithm.Name}-{space.Name}");
                using var backend = CpuBackend.Create(1);
                var found = DartsSearch.Run(train, valid, options, backend, checkpoints: new CheckpointRing(ring, 1)).Genotype;
                using var paths = SearchedPaths.Open(ring, options, DartsSearch.ShapeOf(train, options), backend);
                Assert.InRange(paths.Accuracy(found, valid.Encoder, valid.Indices, Never), 0, 100);
            }
        }
    }

    private static SearchOptions Options(string method, string space)
    {
        string[] size = space == "darts" ? ["layers=3", "nodes=2", "multiplier=2"] : ["cells_per_stage=1"];
        string[] all =
        [
            $"algorithm={method}", $"space={space}", "epochs=3", "batch_size=4", "init_channels=12", "seed=5", "data_workers=1",
            "learning_rate=0.1", "augment=false", .. size,
        ];
        return SearchOptions.Table.Resolve(
            null, null, [.. all.Select(word => new KeyValuePair<string, string>(word.Split('=')[0], word.Split('=')[1]))]);
    }

    // Edges that a genotype does not keep have none, and where edges have weights only the kept ones have any.
    private static void PutAllWeightOn(GenotypeCell cell, ArchitectureParameters<float> architecture)
    {
        const float all = 1e4f;
        var topology = architecture.Space.Cells.Topology;
        Array.Clear(architecture.Alphas);
        Array.Fill(architecture.Betas, -all);
        var kept = cell.Edges.ToDictionary(item => topology.FirstEdge(item.Target - topology.Inputs) + item.Edge.Source, item => item.Edge);
        for (var edge = 0; edge < architecture.Edges; edge++)
        {
            var operation = kept.TryGetValue(edge, out var taken) ? taken.Operation : Primitives.None;
            architecture.Alphas[architecture.Path(edge, operation)] = all;
            if (architecture.Betas.Length > 0 && kept.ContainsKey(edge)) architecture.Betas[edge] = 0;
        }
    }

    private static double Accuracy(ISupernet<float> net, SearchOptions options, SearchImages images)
    {
        using var batches = new BatchPipeline(images.Encoder, options.BatchSize, workers: 0);
        batches.Start(BatchSchedule.InOrder(images.Indices, options.BatchSize));
        var (correct, seen) = (0L, 0L);
        while (batches.TryRead(out var batch))
        {
            net.LoadBatch(new ImageBatch<float>(batch.Pixels, batch.Labels));
            var result = net.Forward(new Pass(Training: true, WeightGradients: false));
            (correct, seen) = (correct + result.Correct, seen + result.Images);
        }

        return 100.0 * correct / seen;
    }
}
