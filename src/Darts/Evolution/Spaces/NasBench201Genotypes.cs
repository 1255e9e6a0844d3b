using MIOpenDarts.Darts.Genotypes;
using MIOpenDarts.Layers.Randomness;

namespace MIOpenDarts.Darts.Evolution.Spaces;

/// <summary>
/// The cells of <see cref="NasBench201Genomes"/> that connect, as genotypes, which networks are built of. A cell that does not would cost
/// less than the range of the space begins with, and stand on every front with a network that never reads its image.
/// </summary>
internal sealed class NasBench201Genotypes : IGenomeSpace<Genotype>
{
    private readonly NasBench201Genomes cells = new();

    /// <inheritdoc/>
    public string Key(Genotype genome) => genome.ToString();

    /// <inheritdoc/>
    public Genotype Random(ref CounterRandom random)
    {
        while (true)
            if (cells.Random(ref random) is { Connects: true } cell) return new Genotype(cell);
    }

    /// <inheritdoc/>
    public Genotype MutateOne(Genotype genome, ref CounterRandom random)
    {
        while (true)
            if (cells.MutateOne(genome.NasBench201!, ref random) is { Connects: true } cell) return new Genotype(cell);
    }

    /// <inheritdoc/>
    public Genotype MutateEach(Genotype genome, ref CounterRandom random)
    {
        while (true)
            if (cells.MutateEach(genome.NasBench201!, ref random) is { Connects: true } cell) return new Genotype(cell);
    }

    /// <inheritdoc/>
    /// <remarks>It ends: of parents that connect, as all of this space do, the parents themselves are children.</remarks>
    public Genotype Cross(Genotype first, Genotype second, ref CounterRandom random)
    {
        while (true)
            if (cells.Cross(first.NasBench201!, second.NasBench201!, ref random) is { Connects: true } cell) return new Genotype(cell);
    }
}
