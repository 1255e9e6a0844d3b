using MIOpenDarts.Darts.Genotypes;
using MIOpenDarts.Layers.Randomness;

namespace MIOpenDarts.Darts.Evolution.Spaces;

/// <summary>
/// Genotypes with two edges in every node, from distinct earlier states. An edge has two genes, its source and its operation; edges of a
/// node stand in the order of their sources, so that equal networks have equal keys.
/// </summary>
/// <param name="space">Operations and topology.</param>
internal sealed class GenotypeSpace(CellSpace space) : IGenomeSpace<Genotype>
{
    private const int EdgesPerNode = 2;
    private const int Genes = 2;
    private readonly IReadOnlyList<Primitive> operations = space.Operations;
    private readonly CellTopology topology = space.Topology;

    /// <summary>The genotypes of a space, whatever its skeleton.</summary>
    public static IGenomeSpace<Genotype> Of(CellSpace space) =>
        space.Skeleton == Skeleton.NasBench201 ? new NasBench201Genotypes() : new GenotypeSpace(space);

    /// <inheritdoc/>
    public string Key(Genotype genome) => genome.ToString();

    /// <inheritdoc/>
    public Genotype Random(ref CounterRandom random)
    {
        var edges = new GenotypeEdge[Count];
        for (var node = 0; node < edges.Length / EdgesPerNode; node++)
        {
            var sources = SourcesOf(node);
            var first = random.NextInt32(sources);
            var second = random.NextInt32(sources - 1);
            edges[EdgesPerNode * node] = new GenotypeEdge(Operation(ref random), first);
            edges[EdgesPerNode * node + 1] = new GenotypeEdge(Operation(ref random), second >= first ? second + 1 : second);
        }

        return Of(edges);
    }

    /// <summary>The genotype with one operation on every edge, all of which read the inputs.</summary>
    public Genotype AllOf(Primitive operation) => Of(
        [.. Enumerable.Range(0, Count).Select(edge => new GenotypeEdge(operation, edge % EdgesPerNode))]);

    /// <inheritdoc/>
    public Genotype MutateOne(Genotype genome, ref CounterRandom random)
    {
        var edges = EdgesOf(genome);
        while (true)
        {
            var gene = random.NextInt32(Genes * edges.Length);
            // The first node has no other source to read.
            if (gene % Genes == 0 || SourcesOf(gene / Genes / EdgesPerNode) > EdgesPerNode)
            {
                Change(edges, gene, ref random);
                return Of(edges);
            }
        }
    }

    /// <inheritdoc/>
    public Genotype MutateEach(Genotype genome, ref CounterRandom random)
    {
        var edges = EdgesOf(genome);
        for (var gene = 0; gene < Genes * edges.Length; gene++)
        {
            if (random.NextInt32(Genes * edges.Length) != 0) continue;
            if (gene % Genes == 0 || SourcesOf(gene / Genes / EdgesPerNode) > EdgesPerNode) Change(edges, gene, ref random);
        }

        return Of(edges);
    }

    /// <inheritdoc/>
    public Genotype Cross(Genotype first, Genotype second, ref CounterRandom random)
    {
        var (child, other) = (EdgesOf(first), EdgesOf(second));
        for (var edge = 0; edge < child.Length; edge++)
        {
            if (random.NextInt32(2) == 0) continue;
            // The other parent's edge may read what this node reads already; then only its operation is taken.
            var taken = child[Sibling(edge)].Source == other[edge].Source;
            child[edge] = taken ? child[edge] with { Operation = other[edge].Operation } : other[edge];
        }

        return Of(child);
    }

    private int Count => 2 * topology.Nodes * EdgesPerNode;

    private int SourcesOf(int node) => topology.SourcesOf(node % topology.Nodes);

    private static int Sibling(int edge) => edge ^ 1;

    private Primitive Operation(ref CounterRandom random) => operations[random.NextInt32(operations.Count)];

    private void Change(GenotypeEdge[] edges, int gene, ref CounterRandom random)
    {
        var edge = gene / Genes;
        if (gene % Genes == 0)
        {
            var before = operations.TakeWhile(operation => operation != edges[edge].Operation).Count();
            var other = (before + 1 + random.NextInt32(operations.Count - 1)) % operations.Count;
            edges[edge] = edges[edge] with { Operation = operations[other] };
            return;
        }

        var free = Enumerable.Range(0, SourcesOf(edge / EdgesPerNode))
            .Where(source => source != edges[edge].Source && source != edges[Sibling(edge)].Source).ToList();
        edges[edge] = edges[edge] with { Source = free[random.NextInt32(free.Count)] };
    }

    private static GenotypeEdge[] EdgesOf(Genotype genome) =>
        [.. genome.Normal.Edges.Concat(genome.Reduce.Edges).Select(item => item.Edge)];

    private Genotype Of(GenotypeEdge[] edges)
    {
        var nodes = edges.Chunk(EdgesPerNode).Select(pair => pair.OrderBy(edge => edge.Source).ToArray()).ToList();
        var states = topology.Inputs + topology.Nodes;
        var concat = GenotypeConcat.Range(states - topology.Multiplier, states);
        return new Genotype(
            new GenotypeCell(nodes[..topology.Nodes], concat), new GenotypeCell(nodes[topology.Nodes..], concat));
    }
}
