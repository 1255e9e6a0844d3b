using MIOpenDarts.Darts.Genotypes;

namespace MIOpenDarts.Darts.Algorithms.RandomSearch;

/// <summary>
/// The honest baseline (Li and Talwalkar 2019; Yang et al. 2020): a genotype drawn uniformly from the same space; nothing is trained.
/// </summary>
public sealed class RandomAlgorithm : SearchAlgorithm
{
    /// <inheritdoc/>
    public override string Name => "random";

    /// <inheritdoc/>
    public override string Summary => "a genotype drawn uniformly, the baseline";

    /// <inheritdoc/>
    public override SearchOptions Paper { get; } = new() { Algorithm = "random" };

    /// <inheritdoc/>
    public override bool Trains => false;

    /// <inheritdoc/>
    public override Genotype Draw(SearchOptions options) =>
        RandomGenotypes.Draw(options.Seed, 0, options.Nodes, options.Multiplier, CellSpace.Named(options.Space));
}
