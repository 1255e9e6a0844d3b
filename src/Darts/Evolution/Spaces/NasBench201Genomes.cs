using MIOpenDarts.Darts.Genotypes;
using MIOpenDarts.Layers.Randomness;

namespace MIOpenDarts.Darts.Evolution.Spaces;

/// <summary>
/// Cells of NAS-Bench-201: six genes, one for each edge. The key has a digit for each, the place of its operation in the space.
/// </summary>
internal sealed class NasBench201Genomes : IGenomeSpace<NasBench201Cell>
{
    private static readonly IReadOnlyList<Primitive> Operations = CellSpace.NasBench201.Candidates;

    /// <inheritdoc/>
    public string Key(NasBench201Cell genome) => genome.Code;

    /// <inheritdoc/>
    public NasBench201Cell Random(ref CounterRandom random)
    {
        var operations = new Primitive[CellSpace.NasBench201.Topology.Edges];
        foreach (ref var operation in operations.AsSpan()) operation = Operations[random.NextInt32(Operations.Count)];
        return NasBench201Cell.From(operations);
    }

    /// <inheritdoc/>
    public NasBench201Cell MutateOne(NasBench201Cell genome, ref CounterRandom random)
    {
        var operations = genome.Operations.ToArray();
        var edge = random.NextInt32(operations.Length);
        operations[edge] = Operations[(IndexOf(operations[edge]) + 1 + random.NextInt32(Operations.Count - 1)) % Operations.Count];
        return NasBench201Cell.From(operations);
    }

    /// <inheritdoc/>
    public NasBench201Cell MutateEach(NasBench201Cell genome, ref CounterRandom random)
    {
        var operations = genome.Operations.ToArray();
        foreach (ref var operation in operations.AsSpan())
            if (random.NextInt32(operations.Length) == 0) operation = Operations[random.NextInt32(Operations.Count)];
        return NasBench201Cell.From(operations);
    }

    /// <inheritdoc/>
    public NasBench201Cell Cross(NasBench201Cell first, NasBench201Cell second, ref CounterRandom random)
    {
        var (child, other) = (first.Operations.ToArray(), second.Operations.ToArray());
        for (var edge = 0; edge < child.Length; edge++)
            if (random.NextInt32(2) == 1) child[edge] = other[edge];
        return NasBench201Cell.From(child);
    }

    private static int IndexOf(Primitive operation) => Operations.TakeWhile(other => other != operation).Count();
}
