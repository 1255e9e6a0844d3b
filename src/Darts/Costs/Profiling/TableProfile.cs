using MIOpenDarts.Darts.Costs.Tables;
using MIOpenDarts.Darts.Genotypes;
using MIOpenDarts.Layers.Randomness;

namespace MIOpenDarts.Darts.Costs.Profiling;

/// <summary>A step of a profile.</summary>
/// <param name="Done">Steps that are done.</param>
/// <param name="All">Steps that there are.</param>
/// <param name="Name">What was measured.</param>
/// <param name="Entry">What it cost.</param>
internal readonly record struct ProfileStep(int Done, int All, string Name, CostEntry Entry);

/// <summary>
/// Measures a table for a network: every part once, in an order that keeps kinds apart, the first again at the end where it may have
/// drifted, then whole networks of random genotypes against the sums of their parts. The table is written after each part, and goes on
/// where it was stopped.
/// </summary>
/// <param name="profiler">Where.</param>
/// <param name="meter">What is measured.</param>
/// <param name="network">The network that is to be built.</param>
/// <param name="space">Operations and nodes of its cells.</param>
/// <param name="others">Parts of other networks that the table is to have, which come after those of this one.</param>
internal sealed class TableProfile(
    IProfiler profiler, CostMeter meter, ITargetNetwork network, CellSpace space, IReadOnlyList<NetworkPart>? others = null)
{
    /// <summary>Random genotypes that are measured whole.</summary>
    public const int CheckedGenotypes = 20;

    /// <summary>Rank correlation below which a table does not say which of two genotypes is faster.</summary>
    public const double LeastRho = 0.9;

    private const ulong Seed = 1;

    /// <summary>Measures what a table lacks.</summary>
    /// <param name="table">What is known already: a header, or what an earlier profile wrote.</param>
    /// <param name="write">Keeps a table.</param>
    /// <param name="progress">Takes each step.</param>
    /// <param name="cancellation">Stops between two measurements; what was measured is kept.</param>
    public CostTable Complete(CostTable table, Action<CostTable> write, Action<ProfileStep> progress, CancellationToken cancellation)
    {
        var parts = Parts();
        var missing = parts.Where(part => !table.Entries.ContainsKey(part.Key)).ToList();
        if (missing.Count == 0 && table.Check is not null) return table;
        // What an earlier check said is not true of entries that are to come.
        if (missing.Count > 0) table = table with { Drift = null, Check = null };
        var (done, all) = (parts.Count - missing.Count, Steps(parts.Count));
        foreach (var part in missing)
        {
            cancellation.ThrowIfCancellationRequested();
            var entry = Measure(part);
            table = table with { Entries = new SortedDictionary<string, CostEntry>(table.Entries.ToDictionary()) { [part.Key] = entry } };
            write(table);
            progress(new ProfileStep(++done, all, part.Key, entry));
        }

        cancellation.ThrowIfCancellationRequested();
        if (meter.SeesDrift)
        {
            var first = parts.Find(part => !part.IsIdentity)!;
            var again = Measure(first);
            table = table with { Drift = again.Median / table.Entries[first.Key].Median - 1 };
            progress(new ProfileStep(++done, all, $"{first.Key} again", again));
        }

        var check = Check(new TableCost(table, table.Name), step => progress(step with { Done = ++done, All = all }), cancellation);
        table = table with { Check = check };
        write(table);
        return table;
    }

    /// <summary>Steps of a table with so many parts.</summary>
    public int Steps(int parts) => parts + (meter.SeesDrift ? 1 : 0) + CheckedGenotypes;

    /// <summary>What a table for the network has to have: parts in the order in which they are measured.</summary>
    public List<NetworkPart> Parts()
    {
        var random = new CounterRandom(Seed, RandomStream.Architecture);
        var parts = network.PartsOfAny(space).ToArray();
        for (var i = parts.Length - 1; i > 0; i--)
        {
            var j = random.NextInt32(i + 1);
            (parts[i], parts[j]) = (parts[j], parts[i]);
        }

        return [.. parts.Concat(others ?? []).Distinct()];
    }

    private CostEntry Measure(NetworkPart part)
    {
        using var run = profiler.Prepare(part);
        return run is null ? new CostEntry(0, 0, 0) : meter.Measure(run, profiler.RunsTogether);
    }

    private TableCheck Check(TableCost cost, Action<ProfileStep> progress, CancellationToken cancellation)
    {
        double[] sums = new double[CheckedGenotypes], whole = new double[CheckedGenotypes];
        for (var i = 0; i < CheckedGenotypes; i++)
        {
            cancellation.ThrowIfCancellationRequested();
            var genotype = RandomGenotypes.Draw(Seed, i, space.Topology.Nodes, space.Topology.Multiplier, space);
            sums[i] = network.Parts(genotype).Sum(cost.Of);
            using var run = profiler.Prepare(network, genotype);
            var entry = meter.Measure(run, profiler.RunsTogether);
            whole[i] = entry.Median;
            progress(new ProfileStep(0, 0, $"random genotype {i + 1}", entry));
        }

        return new TableCheck(
            CheckedGenotypes, RankCorrelation.Spearman(sums, whole),
            Enumerable.Range(0, CheckedGenotypes).Average(i => whole[i] / sums[i]));
    }
}
