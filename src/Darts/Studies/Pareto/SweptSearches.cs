using MIOpenDarts.Darts.Costs;
using MIOpenDarts.Darts.Data;
using MIOpenDarts.Darts.Genotypes;
using MIOpenDarts.Darts.Runs;
using MIOpenDarts.Darts.Studies.Seeds;

namespace MIOpenDarts.Darts.Studies.Pareto;

/// <summary>What a search of a sweep has found, and the random genotype beside it.</summary>
/// <param name="Seed">Seed of the search.</param>
/// <param name="Found">What it found.</param>
/// <param name="Random">A random genotype.</param>
/// <param name="Drawn">How near that is in cost.</param>
internal sealed record SweptPair(ulong Seed, Genotype Found, Genotype Random, string Drawn)
{
    /// <summary>Test errors in percent after trainings from scratch; null without.</summary>
    public (double Found, double Random)? Trained { get; init; }
}

/// <summary>Reads the searches of a sweep, which must be done, whichever processes worked on them.</summary>
/// <param name="seeds">Seeds of the sweep.</param>
/// <param name="data">The images.</param>
/// <param name="costs">Of the network that is to be built.</param>
/// <param name="warn">Takes a line for each search whose log is damaged.</param>
internal sealed class SweptSearches(IReadOnlyList<ulong> seeds, ImageData data, ArchitectureCosts costs, Action<string> warn)
{
    private readonly DataFingerprint images = DataFingerprint.From(data.Train);

    /// <summary>
    /// Refuses a study that this sweep could not use in the end: of another plan, or with searches on other images or of other costs.
    /// </summary>
    /// <param name="path">The study of one value, which need not be there.</param>
    /// <param name="plan">What is to be done with that value.</param>
    /// <exception cref="RunFolderException">Plan or costs are others.</exception>
    /// <exception cref="Checkpoints.CheckpointException">The images are others.</exception>
    public void RequireUsable(string path, SeedPlan plan)
    {
        if (!SeedFolder.IsAt(path)) return;
        var folder = SeedFolder.Open(path);
        folder.RequireJoins(plan);
        folder.RequireData(images);
        // What is damaged is told when it is read in the end.
        foreach (var result in SeedReader.ReadDone(folder, data, _ => { })) RequireCost(folder, result);
    }

    /// <summary>Refuses searches that learned from other images; a search that was done before does not look at them.</summary>
    /// <param name="path">The study of one value.</param>
    /// <exception cref="Checkpoints.CheckpointException">One did.</exception>
    public void RequireImages(string path) => SeedFolder.Open(path).RequireData(images);

    /// <summary>Whether all searches with one value are done.</summary>
    /// <param name="path">Their study.</param>
    public bool AreDone(string path) => SeedFolder.IsAt(path)
        && !seeds.Except(SeedReader.ReadDone(SeedFolder.Open(path), data, _ => { }).Select(result => result.Seed)).Any();

    /// <summary>The searches with one value, in the order of the seeds.</summary>
    /// <param name="path">Their study.</param>
    /// <param name="baseline">What stands beside them.</param>
    /// <param name="gathers">Whether searches that are not done are left out, not refused.</param>
    /// <exception cref="RunFolderException">One is not done, or knew other costs.</exception>
    public IReadOnlyList<SweptPair> Read(string path, SweptBaseline baseline, bool gathers)
    {
        if (gathers && !SeedFolder.IsAt(path)) return [];
        if (gathers) RequireImages(path);
        var folder = SeedFolder.Open(path);
        var done = SeedReader.ReadDone(folder, data, warn).ToDictionary(result => result.Seed);
        if (!gathers && seeds.Where(seed => !done.ContainsKey(seed)).ToList() is { Count: > 0 } missing)
            throw new RunFolderException(
                $"{path}: seed {string.Join(", ", missing)} of {seeds.Count} seeds is not done, another process may work on it; "
                + "when it is, the same command finds the front");
        return [.. seeds.Where(done.ContainsKey).Select(seed => Pair(folder, done[seed], baseline))];
    }

    private SweptPair Pair(SeedFolder folder, SeedResult result, SweptBaseline baseline)
    {
        RequireCost(folder, result);
        var random = result.Random?.Genotype ?? baseline.Beside(result.Genotype, result.Seed);
        return new SweptPair(result.Seed, result.Genotype, random, baseline.Describe(result.Genotype, random))
        {
            Trained = result is { Found: { } found, Random: { } beside } ? (100 - found.Accuracy, 100 - beside.Accuracy) : null,
        };
    }

    // A table of the same name may have been made anew.
    private void RequireCost(SeedFolder folder, SeedResult result)
    {
        var cost = costs.Of(result.Genotype);
        if (result.Cost is { } searched && searched != cost)
            throw new RunFolderException(
                $"{folder.SearchOf(result.Seed)}: what it found cost {costs.Model.Show(searched)} when it was searched, and costs "
                + $"{costs.Model.Show(cost)} now; give the {costs.Model.Name} of then, or another --out");
    }
}
