using MIOpenDarts.Layers.Randomness;

namespace MIOpenDarts.Darts.Genotypes;

/// <summary>The size that a random genotype's network is to have: its parameters, or what else it costs.</summary>
/// <param name="Size">The size.</param>
/// <param name="Tolerance">By how much it may differ.</param>
/// <param name="Limit">The most that it may be.</param>
internal sealed record AskedSize(double Size, double Tolerance, double Limit = double.PositiveInfinity)
{
    /// <summary>Share by which sizes may differ that are called about the same.</summary>
    public const double Share = 0.05;

    /// <summary>About as large.</summary>
    public static AskedSize About(double size) => new(size, Share * size);

    /// <summary>Whether a size is what is asked for.</summary>
    public bool IsMetBy(double size) => size <= Limit && Math.Abs(size - Size) <= Tolerance;

    /// <summary>How far a size is off; one over the limit is farther off than any within it.</summary>
    public (bool IsOver, double By) Distance(double size) => (size > Limit, Math.Abs(size - Size));
}

/// <summary>
/// Genotypes drawn uniformly from the search space: the baseline that a search must beat (Li and Talwalkar 2019; Yu et al. 2020). In DARTS
/// a node has two edges from distinct earlier states, an edge any operation but <c>none</c>; in NAS-Bench-201 an edge has any operation.
/// </summary>
internal static class RandomGenotypes
{
    /// <summary>Draws before the closest is taken.</summary>
    public const int MostDraws = 1000;

    /// <summary>The genotype with a number, a pure function of its arguments.</summary>
    /// <param name="seed">Seed of the draws.</param>
    /// <param name="index">Number of the genotype.</param>
    /// <param name="nodes">Intermediate nodes of both cells.</param>
    /// <param name="multiplier">How many of the last nodes make the output.</param>
    /// <param name="space">What edges choose from; that of DARTS if null.</param>
    /// <exception cref="ArgumentException">There is no node, or the multiplier is not from 1 to <paramref name="nodes"/>.</exception>
    public static Genotype Draw(ulong seed, long index, int nodes = 4, int multiplier = 4, CellSpace? space = null)
    {
        if (space is { TakesNone: true }) return new Genotype(DrawCell(seed, index, space));
        if (nodes < 1 || multiplier < 1 || multiplier > nodes)
            throw new ArgumentException(
                $"multiplier is {multiplier}; a cell of {nodes} nodes concatenates 1 to {nodes}", nameof(multiplier));
        var random = new CounterRandom(seed, RandomStream.Architecture, 0, index);
        var operations = (space ?? CellSpace.Darts).Operations;
        var normal = Cell(ref random, nodes, multiplier, operations);
        return new Genotype(normal, Cell(ref random, nodes, multiplier, operations));
    }

    /// <summary>
    /// Draws until a network has the size that is asked for; the closest of <see cref="MostDraws"/> where none has. Genotypes with
    /// different numbers share no draw. What does not connect is passed over: anything found would win against it.
    /// </summary>
    /// <param name="seed">Seed of the draws.</param>
    /// <param name="number">Number of the genotype.</param>
    /// <param name="nodes">Intermediate nodes of both cells.</param>
    /// <param name="multiplier">How many of the last nodes make the output.</param>
    /// <param name="asked">What is asked for.</param>
    /// <param name="measure">Size of a genotype's network.</param>
    /// <param name="space">What edges choose from; that of DARTS if null.</param>
    public static Genotype DrawOfSize(
        ulong seed, int number, int nodes, int multiplier, AskedSize asked, Func<Genotype, double> measure, CellSpace? space = null)
    {
        var (closest, distance) = ((Genotype?)null, (IsOver: true, By: double.PositiveInfinity));
        for (var draw = 0; draw < MostDraws; draw++)
        {
            var genotype = Draw(seed, (long)number * MostDraws + draw, nodes, multiplier, space);
            if (!genotype.Connects) continue;
            var size = measure(genotype);
            if (asked.IsMetBy(size)) return genotype;
            if (closest is null || asked.Distance(size).CompareTo(distance) < 0)
                (closest, distance) = (genotype, asked.Distance(size));
        }

        return closest!;
    }

    private static NasBench201Cell DrawCell(ulong seed, long index, CellSpace space)
    {
        var random = new CounterRandom(seed, RandomStream.Architecture, 0, index);
        var operations = new Primitive[space.Topology.Edges];
        for (var edge = 0; edge < operations.Length; edge++) operations[edge] = space.Candidates[random.NextInt32(space.Candidates.Count)];
        return NasBench201Cell.From(operations);
    }

    private static GenotypeCell Cell(ref CounterRandom random, int nodes, int multiplier, IReadOnlyList<Primitive> operations)
    {
        var cell = new GenotypeEdge[nodes][];
        for (var node = 0; node < nodes; node++)
        {
            var states = GenotypeCell.Inputs + node;
            var first = random.NextInt32(states);
            var second = random.NextInt32(states - 1);
            if (second >= first) second++;
            cell[node] = [Edge(ref random, Math.Min(first, second), operations), Edge(ref random, Math.Max(first, second), operations)];
        }

        return new GenotypeCell(cell, GenotypeConcat.Range(GenotypeCell.Inputs + nodes - multiplier, GenotypeCell.Inputs + nodes));
    }

    private static GenotypeEdge Edge(ref CounterRandom random, int source, IReadOnlyList<Primitive> operations) =>
        new(operations[random.NextInt32(operations.Count)], source);
}
