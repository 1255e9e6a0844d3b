using System.Collections.Concurrent;
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
    : CostAndError(identity, costs, limit)
{
    private readonly ConcurrentBag<PathSupernet> free = [.. copies];

    /// <inheritdoc/>
    protected override double Error(Genotype genotype, CancellationToken cancellation)
    {
        if (!free.TryTake(out var net))
            throw new InvalidOperationException("More genotypes are evaluated at a time than there are supernets.");
        try
        {
            return AllWrong - net.Accuracy(genotype, encoder, images, cancellation);
        }
        finally
        {
            free.Add(net);
        }
    }
}
