using System.Text.Json.Serialization;
using MIOpenDarts.Darts.Evolution;
using MIOpenDarts.Darts.Genotypes;

namespace MIOpenDarts.Darts.Studies.Pareto;

/// <summary>An architecture with what it costs and how often it errs.</summary>
/// <param name="Method">What found it.</param>
/// <param name="Seed">Seed of the search.</param>
/// <param name="Architecture">A genotype or cell as text, or the name of a network that is neither.</param>
/// <param name="Cost">In the unit of the study.</param>
/// <param name="Error">In percent.</param>
internal sealed record ParetoPoint(string Method, ulong Seed, string Architecture, double Cost, double Error)
{
    /// <summary>Error on the test images after a training from scratch, in percent; null for what was not trained so.</summary>
    public double? Retrained { get; init; }

    /// <summary>How near a random genotype is in cost to what it stands beside; null for what stands beside nothing.</summary>
    public string? Drawn { get; init; }

    /// <summary>The genotype that the architecture is; null for a name.</summary>
    [JsonIgnore]
    public Genotype? Genotype =>
        Architecture.StartsWith("Genotype(", StringComparison.Ordinal) || NasBench201Cell.IsIn(Architecture)
            ? Genotypes.Genotype.Parse(Architecture)
            : null;
}

/// <summary>What several methods found between cost and error.</summary>
/// <param name="Title">What was searched, on what.</param>
/// <param name="Cost">Name of the cost.</param>
/// <param name="Unit">Its unit.</param>
/// <param name="Error">What the error is one of.</param>
/// <param name="Reference">Reference point of hypervolumes: of a search the dearest of the space, 100 % wrong.</param>
/// <param name="Points">Everything that was evaluated, in the order of methods and seeds; the baseline last.</param>
internal sealed record ParetoStudy(
    string Title, string Cost, string Unit, string Error, (double Cost, double Error) Reference, IReadOnlyList<ParetoPoint> Points)
{
    /// <summary>How the reference point was chosen, in words.</summary>
    public string ReferenceChoice { get; init; } = "fixed before the search";

    /// <summary>How the random genotypes were drawn, as a sentence; null where nothing is to be said of it.</summary>
    public string? Baseline { get; init; }

    /// <summary>Whether the points are of searches by their seeds, over which hypervolumes are averaged.</summary>
    public bool HasSeeds { get; init; } = true;

    /// <summary>Name of the baseline's points.</summary>
    public const string Random = "random";

    /// <summary>Seeds of the study; those of its points unless it says so, as one may have none within a limit.</summary>
    public IReadOnlyList<ulong> Seeds
    {
        get => field ?? [.. Points.Select(point => point.Seed).Distinct()];
        init;
    }

    /// <summary>The methods in the order of their points.</summary>
    public IReadOnlyList<string> Methods => [.. Points.Select(point => point.Method).Distinct()];

    /// <summary>Hypervolumes of a method, seed by seed; zero for a seed that has no point of it.</summary>
    public IReadOnlyList<double> Hypervolumes(string method) =>
    [
        .. Seeds.Select(seed => Hypervolume.Of(
            Points.Where(point => point.Method == method && point.Seed == seed).Select(Objectives), [Reference.Cost, Reference.Error])),
    ];

    /// <summary>Whether something was trained from scratch.</summary>
    public bool IsRetrained => Points.Any(point => point.Retrained is not null);

    /// <summary>
    /// Hypervolume of what was trained from scratch of a method's front, over all its seeds, by the test error; null where nothing was.
    /// </summary>
    public double? RetrainedHypervolume(string method)
    {
        var trained = Front(method).Where(point => point.Retrained is not null)
            .Select(point => new[] { point.Cost, point.Retrained!.Value }).ToList();
        return trained.Count > 0 ? Hypervolume.Of(trained, [Reference.Cost, Reference.Error]) : null;
    }

    /// <summary>What no other of a method's points dominates, by cost; of equal ones the first.</summary>
    public IReadOnlyList<ParetoPoint> Front(string method)
    {
        var all = Points.Where(point => point.Method == method).DistinctBy(point => (point.Cost, point.Error)).ToList();
        return [.. all.Where(a => !all.Exists(b => Dominance.Dominates(Objectives(b), Objectives(a)))).OrderBy(point => point.Cost)];
    }

    private static double[] Objectives(ParetoPoint point) => [point.Cost, point.Error];
}
