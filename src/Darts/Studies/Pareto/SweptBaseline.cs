using System.Globalization;
using System.IO.Hashing;
using System.Text;
using MIOpenDarts.Darts.Algorithms;
using MIOpenDarts.Darts.Costs;
using MIOpenDarts.Darts.Genotypes;

namespace MIOpenDarts.Darts.Studies.Pareto;

/// <summary>
/// The random genotype beside what a search of a sweep has found: drawn uniformly of those that connect until one costs about as much.
/// </summary>
/// <param name="value">Value of the sweep; searches with other values have other draws.</param>
/// <param name="options">Options of its searches.</param>
/// <param name="costs">Of the network that is to be built.</param>
internal sealed class SweptBaseline(string value, SearchOptions options, ArchitectureCosts costs)
{
    // Number 0 is what a random search with the same seed finds.
    private readonly int number = 1 + (int)(XxHash32.HashToUInt32(Encoding.UTF8.GetBytes(value)) >> 2);

    /// <summary>How genotypes are drawn, as a sentence.</summary>
    public static string Sentence { get; } = string.Create(
        CultureInfo.InvariantCulture,
        $"Beside each found cell stands a random one, drawn uniformly until its cost is within {AskedSize.Share:P0} of the range of the "
        + $"space and within the search's limit; where none of {RandomGenotypes.MostDraws} draws is, the nearest.");

    /// <summary>The genotype beside one that was found with a seed.</summary>
    public Genotype Beside(Genotype found, ulong seed) => RandomGenotypes.DrawOfSize(
        seed, number, options.Nodes, options.Multiplier, Asked(found), costs.Of, CellSpace.Named(options.Space));

    /// <summary>How near the random genotype is in cost to the one that was found, in words.</summary>
    public string Describe(Genotype found, Genotype random)
    {
        var (asked, cost) = (Asked(found), costs.Of(random));
        var near = asked.IsMetBy(cost) ? "of about the cost"
            : asked.Distance(cost).IsOver ? "over the limit, as all draws, and nearest to the cost"
            : "nearest of all draws to the cost";
        return $"{near} of what {value} found, {costs.Model.Show(costs.Of(found))}";
    }

    private AskedSize Asked(Genotype found) => new(
        costs.Of(found), AskedSize.Share * (costs.Most - costs.Least), options.Target > 0 ? options.Target : double.PositiveInfinity);
}
