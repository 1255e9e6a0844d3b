using System.Globalization;
using MIOpenDarts.Darts.Costs;
using MIOpenDarts.Darts.Genotypes;

namespace MIOpenDarts.Darts.Evolution;

/// <summary>
/// What a genotype costs in the network to be built as the first objective, how often it errs in percent as the second.
/// </summary>
/// <param name="identity">How the error is found, and on what.</param>
/// <param name="costs">Of the operations.</param>
/// <param name="limit">Most that a genotype may cost; infinite for no limit.</param>
internal abstract class CostAndError(string identity, ArchitectureCosts costs, double limit) : IFitness<Genotype>
{
    /// <summary>The error of what errs always, and of what nobody looked at.</summary>
    protected const double AllWrong = 100;

    /// <inheritdoc/>
    public string Identity { get; } = string.Create(
        CultureInfo.InvariantCulture,
        $"{identity}; {costs.Model.Name} from {costs.Least:R} to {costs.Most:R} ({costs.Fingerprint}), within {limit}");

    /// <inheritdoc/>
    public Fitness Evaluate(Genotype genome, CancellationToken cancellation)
    {
        var cost = costs.Of(genome);
        // What breaks the limit is never compared by its error, so that it need not be measured.
        return cost > limit ? new Fitness([cost, AllWrong], cost / limit - 1) : new Fitness([cost, Error(genome, cancellation)]);
    }

    /// <inheritdoc/>
    public string Describe(Fitness fitness) => string.Create(
        CultureInfo.InvariantCulture, $"{costs.Model.Show(fitness.Objectives[0])}, {fitness.Objectives[1]:0.##} % wrong");

    /// <summary>How often it errs, in percent. Several threads may call this at once; the answer depends on the genotype alone.</summary>
    protected abstract double Error(Genotype genotype, CancellationToken cancellation);
}
