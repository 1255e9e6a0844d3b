using MIOpenDarts.Darts.Costs;
using MIOpenDarts.Darts.Genotypes;

namespace MIOpenDarts.Darts.Algorithms.RandomSearch;

/// <summary>
/// The honest baseline (Li and Talwalkar 2019; Yang et al. 2020): a genotype drawn uniformly from the same space; nothing is trained.
/// </summary>
internal sealed class RandomAlgorithm : SearchAlgorithm
{
    /// <inheritdoc/>
    public override string Name => "random";

    /// <inheritdoc/>
    public override string Summary => "a genotype drawn uniformly, the baseline";

    /// <inheritdoc/>
    public override SearchOptions Paper { get; } = new() { Algorithm = "random" };

    /// <inheritdoc/>
    public override bool Trains => false;

    /// <summary>Draws until a genotype keeps the target, at most <see cref="RandomGenotypes.MostDraws"/> times.</summary>
    internal override Genotype Draw(SearchOptions options, ArchitectureCosts? costs)
    {
        var nearest = double.PositiveInfinity;
        for (var index = 0; index < RandomGenotypes.MostDraws; index++)
        {
            var drawn = RandomGenotypes.Draw(options.Seed, index, options.Nodes, options.Multiplier, CellSpace.Named(options.Space));
            if (costs is null || options.Target == 0 || costs.Of(drawn) <= options.Target) return drawn;
            nearest = Math.Min(nearest, costs.Of(drawn));
        }

        throw new InvalidDataException(
            $"none of {RandomGenotypes.MostDraws} random genotypes keeps the target; the nearest costs {costs!.Model.Show(nearest)}: "
            + "raise the target, or take a method that searches");
    }
}
