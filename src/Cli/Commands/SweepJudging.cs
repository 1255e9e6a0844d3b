using MIOpenDarts.Darts.Algorithms;
using MIOpenDarts.Darts.Costs;
using MIOpenDarts.Darts.Data;
using MIOpenDarts.Darts.Evolution;
using MIOpenDarts.Darts.Evolution.Inherited;
using MIOpenDarts.Darts.Evolution.Spaces;
using MIOpenDarts.Darts.Genotypes;
using MIOpenDarts.Darts.Search;
using MIOpenDarts.Darts.Studies.Pareto;
using MIOpenDarts.Darts.Supernets;
using MIOpenDarts.Layers.Backends;

namespace MIOpenDarts.Cli.Commands;

/// <summary>
/// Judges what the searches of a sweep have found, and the random genotypes beside it. The supernet of a search would favour what it
/// found, and those of several searches are of different weights; so there is one for each seed, trained on random paths as an evolution's.
/// </summary>
internal sealed class SweepJudging
{
    private readonly Screen screen;
    private readonly string folder;
    private readonly SearchOptions options;
    private readonly ImageData data;
    private readonly ArchitectureCosts costs;
    private readonly int jobs;
    private readonly int localRank;
    private readonly SupernetShape shape;
    private readonly DataFingerprint images;
    private readonly bool gathers;
    private readonly Dictionary<ulong, FitnessLog<Genotype>?> recorded = [];

    /// <summary>Refuses a supernet that does not fit, before anything is searched.</summary>
    /// <param name="screen">Where lines go.</param>
    /// <param name="folder">The sweep's, which gets the supernets and what was judged.</param>
    /// <param name="options">Of the searches; those of a supernet train it.</param>
    /// <param name="data">The images.</param>
    /// <param name="costs">Of the network that is to be built.</param>
    /// <param name="jobs">Genotypes judged at a time.</param>
    /// <param name="localRank">Number of this process among those of its machine, which take GPUs in turn to train supernets.</param>
    /// <param name="gathers">Whether it only reads what was judged: then it needs no backend and no supernet.</param>
    public SweepJudging(
        Screen screen, string folder, SearchOptions options, ImageData data, ArchitectureCosts costs, int jobs, int localRank,
        bool gathers)
    {
        (this.screen, this.folder, this.options, this.data, this.costs) = (screen, folder, options, data, costs);
        (this.jobs, this.localRank, this.gathers) = (jobs, localRank, gathers);
        shape = DartsSearch.ShapeOf(SearchImages.Split(data, options).Train, options);
        images = DataFingerprint.From(data.Train);
        if (gathers) return;
        var judging = Enumerable.Range(0, jobs);
        foreach (var name in judging.Append(localRank).Select(job => BackendChoice.InTurn(options.Backend, job)).Distinct())
            Backends.Require(name, options.Threads, backend => SearchMemory.RequirePaths(options, shape, backend, jobs));
    }

    /// <summary>How errors are found, in words.</summary>
    public static string ErrorOf(SearchOptions options) =>
        $"validation error by the weights of a supernet of {options.CellsInWords} and {options.InitChannels} channels, one for each seed, "
        + $"trained on random paths for {options.Epochs} epochs";

    /// <summary>Trains the supernets that the folder does not have; several processes take one each.</summary>
    /// <param name="seeds">Their seeds.</param>
    /// <param name="signals">What stops it.</param>
    /// <exception cref="StoppedException">A signal stopped it.</exception>
    public void Train(IReadOnlyList<ulong> seeds, StopSignals signals) => KeptSupernet.Complete(
        screen,
        seeds.Select(seed => options with { Seed = seed }).Select(own => (SupernetOf(own), SearchImages.Split(data, own).Train)),
        localRank, signals);

    /// <summary>Whether the folder has the supernet of a seed, trained to its end.</summary>
    public bool IsTrained(ulong seed) => SupernetOf(options with { Seed = seed }).IsDone();

    /// <summary>Whether the folder has the errors of what a search found and of what stands beside it.</summary>
    public bool IsJudged(SweptPair pair) =>
        RecordOf(pair.Seed) is { } log && log.RecordedOf(pair.Found) is not null && log.RecordedOf(pair.Random) is not null;

    /// <summary>
    /// Errors in percent by the supernet of a seed, which must be trained; what was judged before is read from the folder. To gather, all
    /// must have been.
    /// </summary>
    /// <param name="seed">The seed.</param>
    /// <param name="genotypes">What is judged.</param>
    /// <param name="signals">What stops it.</param>
    /// <exception cref="StoppedException">A signal stopped it.</exception>
    public Func<Genotype, double> Errors(ulong seed, IEnumerable<Genotype> genotypes, StopSignals signals)
    {
        if (gathers) return genotype => RecordOf(seed)!.RecordedOf(genotype)!.Objectives[1];
        var supernet = SupernetOf(options with { Seed = seed });
        List<IDisposable> open = [];
        try
        {
            PathSupernet[] nets = [.. Enumerable.Range(0, jobs).Select(job => supernet.Open(job, jobs, open))];
            var log = FitnessLog<Genotype>.Open(FileOf(seed), nets[0].Space, FitnessOf(seed, nets));
            var history = new History<Genotype>(nets[0].Space, log, jobs);
            history.Evaluate([.. genotypes.DistinctBy(nets[0].Space.Key)], signals.Token);
            var errors = history.All.ToDictionary(judged => judged.Key, judged => judged.Fitness.Objectives[1]);
            return genotype => errors[genotype.ToString()];
        }
        catch (OperationCanceledException e)
        {
            throw signals.Stopped($"stopped; the same command with --out {folder} goes on", e);
        }
        finally
        {
            for (var i = open.Count - 1; i >= 0; i--) open[i].Dispose();
        }
    }

    private FitnessLog<Genotype>? RecordOf(ulong seed)
    {
        if (recorded.TryGetValue(seed, out var known)) return known;
        var space = GenotypeSpace.Of(CellSpace.Named(options.Space) with { Topology = options.Topology });
        return recorded[seed] = File.Exists(FileOf(seed))
            ? FitnessLog<Genotype>.Open(FileOf(seed), space, FitnessOf(seed, []), onlyGathers: true)
            : null;
    }

    private InheritedFitness FitnessOf(ulong seed, IEnumerable<PathSupernet> nets)
    {
        var own = options with { Seed = seed };
        var valid = SearchImages.Split(data, own).Valid;
        return new InheritedFitness(
            SupernetOf(own).Identity, nets, valid.Encoder, valid.Indices, costs, limit: double.PositiveInfinity);
    }

    private string FileOf(ulong seed) => Path.Combine(folder, $"judged-seed-{seed}.jsonl");

    private KeptSupernet SupernetOf(SearchOptions own) => new(folder, own, shape, images, $"supernet-seed-{own.Seed}");
}
