using System.Collections.Concurrent;
using System.Globalization;
using MIOpenDarts.Darts.Costs;
using MIOpenDarts.Darts.Data;
using MIOpenDarts.Darts.Genotypes;

namespace MIOpenDarts.Darts.Evolution.Inherited;

/// <summary>Cost of a genotype in the network to be built, and its error with the weights of one trained supernet.</summary>
/// <param name="identity">Which supernet on which data.</param>
/// <param name="copies">That supernet, once for each evaluation that runs at a time.</param>
/// <param name="encoder">Set and normalisation.</param>
/// <param name="images">Numbers of the images to classify.</param>
/// <param name="costs">Of the operations.</param>
/// <param name="limit">Most that a genotype may cost; infinite for no limit.</param>
internal sealed class InheritedFitness(
    string identity, IEnumerable<PathSupernet> copies, ImageEncoder encoder, int[] images, ArchitectureCosts costs, double limit)
    : IFitness<Genotype>
{
    private readonly ConcurrentBag<PathSupernet> free = [.. copies];

    /// <inheritdoc/>
    public string Identity => string.Create(
        CultureInfo.InvariantCulture,
        $"{identity}; {costs.Model.Name} from {costs.Least:R} to {costs.Most:R} ({costs.Fingerprint}), within {limit}");

    /// <inheritdoc/>
    public Fitness Evaluate(Genotype genome, CancellationToken cancellation)
    {
        var cost = costs.Of(genome);
        // What breaks the limit is never compared by its error, so that it need not be measured.
        if (cost > limit) return new Fitness([cost, 100], cost / limit - 1);
        if (!free.TryTake(out var net))
            throw new InvalidOperationException("More genotypes are evaluated at a time than there are supernets.");
        try
        {
            return new Fitness([cost, 100 - net.Accuracy(genome, encoder, images, cancellation)]);
        }
        finally
        {
            free.Add(net);
        }
    }

    /// <inheritdoc/>
    public string Describe(Fitness fitness) => string.Create(
        CultureInfo.InvariantCulture, $"{costs.Model.Show(fitness.Objectives[0])}, {fitness.Objectives[1]:0.##} % wrong");
}
