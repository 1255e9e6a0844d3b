using MIOpenDarts.Darts.Genotypes;
using MIOpenDarts.Layers.Randomness;

namespace MIOpenDarts.Darts.Evolution.Spaces;

/// <summary>The cells of <see cref="NasBench201Genomes"/> as genotypes, which networks are built of.</summary>
internal sealed class NasBench201Genotypes : IGenomeSpace<Genotype>
{
    private readonly NasBench201Genomes cells = new();

    /// <inheritdoc/>
    public string Key(Genotype genome) => genome.ToString();

    /// <inheritdoc/>
    public Genotype Random(ref CounterRandom random) => new(cells.Random(ref random));

    /// <inheritdoc/>
    public Genotype MutateOne(Genotype genome, ref CounterRandom random) => new(cells.MutateOne(genome.NasBench201!, ref random));

    /// <inheritdoc/>
    public Genotype MutateEach(Genotype genome, ref CounterRandom random) => new(cells.MutateEach(genome.NasBench201!, ref random));

    /// <inheritdoc/>
    public Genotype Cross(Genotype first, Genotype second, ref CounterRandom random) =>
        new(cells.Cross(first.NasBench201!, second.NasBench201!, ref random));
}
