using System.Globalization;
using System.IO.Hashing;
using System.Text;
using MIOpenDarts.Darts.Costs;
using MIOpenDarts.Darts.Data;
using MIOpenDarts.Darts.Genotypes;
using MIOpenDarts.Darts.Records;
using MIOpenDarts.Darts.Reports;
using MIOpenDarts.Darts.Runs;
using MIOpenDarts.Darts.Search;
using MIOpenDarts.Darts.Studies.Seeds;
using MIOpenDarts.Layers.Backends;

namespace MIOpenDarts.Darts.Studies.Pareto;

/// <summary>
/// A finished search of a sweep. The error of its supernet is that of a mixture, which no single genotype has; so what it found is judged
/// by the weights that it inherits from that supernet, and beside it, in the same way, a random genotype of about its cost.
/// </summary>
internal sealed class SweptSearch
{
    private readonly SeedFolder folder;
    private readonly ulong seed;
    private readonly ImageData data;
    private readonly ArchitectureCosts costs;
    private readonly Genotype found;
    private readonly int number;
    private readonly string identity;

    /// <summary>The search of a seed, which must be done.</summary>
    /// <param name="folder">The study of one value of the sweep.</param>
    /// <param name="seed">The seed.</param>
    /// <param name="data">The images.</param>
    /// <param name="costs">Of the network that is to be built.</param>
    public SweptSearch(SeedFolder folder, ulong seed, ImageData data, ArchitectureCosts costs)
    {
        (this.folder, this.seed, this.data, this.costs) = (folder, seed, data, costs);
        var history = SearchHistory.From(RunLog.Read(Path.Combine(folder.SearchOf(seed), "log.jsonl")));
        found = history.Chosen.Genotype;
        // Searches with other values draw other genotypes; 0 is what a random search with this seed finds.
        number = 1 + (int)(XxHash32.HashToUInt32(Encoding.UTF8.GetBytes(Path.GetFileName(Path.GetFullPath(folder.Path)))) >> 2);
        identity = string.Create(
            CultureInfo.InvariantCulture,
            $"{found} of {history.Epochs.Count} epochs on {DataFingerprint.From(data.Train).TrainHash}; "
            + $"{costs.Model.Name} {costs.Fingerprint}; random {number}");
    }

    private string Kept => Path.Combine(folder.SearchOf(seed), "inherited.json");

    /// <summary>What was judged before; null for nothing.</summary>
    /// <exception cref="InvalidDataException">The file is damaged.</exception>
    public InheritedPair? Read() => InheritedPair.Read(Kept, identity);

    /// <summary>Judges both on the images that trained the alphas, and keeps it; what was judged before is not judged again.</summary>
    /// <exception cref="Checkpoints.CheckpointException">The search has no checkpoint that can be used.</exception>
    public InheritedPair Judge(Backend<float> backend, CancellationToken cancellation)
    {
        if (Read() is { } known) return known;
        var options = folder.Plan.SearchOf(seed);
        var (train, valid) = SearchImages.Split(data, options);
        using var net = SearchedPaths.Open(
            Path.Combine(folder.SearchOf(seed), RunConfiguration.CheckpointsName), options, DartsSearch.ShapeOf(train, options), backend);
        var random = RandomGenotypes.DrawOfSize(
            seed, number, options.Nodes, options.Multiplier, costs.Of(found), costs.Of, CellSpace.Named(options.Space)).Genotype;
        var pair = new InheritedPair(identity, Of(found), Of(random));
        pair.Write(Kept);
        return pair;

        InheritedError Of(Genotype genotype) =>
            new(genotype.ToString(), 100 - net.Accuracy(genotype, valid.Encoder, valid.Indices, cancellation));
    }
}
