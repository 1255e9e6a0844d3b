using System.IO.Hashing;
using System.Runtime.InteropServices;
using MIOpenDarts.Darts.Genotypes;

namespace MIOpenDarts.Darts.Costs;

/// <summary>
/// Costs of a search space's operations at every edge, summed over all cells of a kind in the network that is to be built: a genotype whose
/// nodes keep as many edges as the space says costs <see cref="Base"/> and one entry for each of them.
/// </summary>
internal sealed class ArchitectureCosts
{
    private readonly Dictionary<NetworkPart, double> known = [];
    private readonly double[][] kinds;

    /// <summary>Asks a model for everything that the space needs.</summary>
    /// <param name="model">What parts cost.</param>
    /// <param name="network">The network that is to be built.</param>
    /// <param name="candidates">What an edge chooses from, in the order of the columns of alpha.</param>
    /// <param name="topology">How cells are wired.</param>
    /// <exception cref="InvalidDataException">A table lacks a part; the message names it.</exception>
    public ArchitectureCosts(ICostModel model, ITargetNetwork network, IReadOnlyList<Primitive> candidates, CellTopology topology)
    {
        (Model, Network, Candidates, Topology) = (model, network, candidates, topology);
        kinds = [.. Enumerable.Range(0, network.Space.Kinds.Count).Select(Kind)];
        Base = network.Skeleton(topology).Sum(Cost);
        (Least, Most) = (Base, Base);
        if (network.Space.TakesNone)
        {
            // Where edges may be empty, one operation from the input to the output makes a network.
            var direct = topology.FirstEdge(topology.Nodes - 1) * candidates.Count;
            Least += Operations.Min(k => kinds[0][direct + k]);
            Most += kinds[0].Chunk(candidates.Count).Sum(edge => edge.Max());
            return;
        }

        foreach (var costs in kinds)
        {
            for (var node = 0; node < topology.Nodes; node++)
            {
                var edges = Enumerable.Range(topology.FirstEdge(node), topology.SourcesOf(node))
                    .Select(edge => Operations.Select(k => costs[edge * candidates.Count + k]).ToList()).ToList();
                Least += edges.Select(edge => edge.Min()).Order().Take(topology.KeptEdges).Sum();
                Most += edges.Select(edge => edge.Max()).OrderDescending().Take(topology.KeptEdges).Sum();
            }
        }
    }

    /// <summary>What parts cost.</summary>
    public ICostModel Model { get; }

    /// <summary>The network that is to be built.</summary>
    public ITargetNetwork Network { get; }

    /// <summary>What an edge chooses from.</summary>
    public IReadOnlyList<Primitive> Candidates { get; }

    /// <summary>How cells are wired.</summary>
    public CellTopology Topology { get; }

    /// <summary>What no choice changes.</summary>
    public double Base { get; }

    /// <summary>Cost of the cheapest genotype of the space, of those of which a network can be built.</summary>
    public double Least { get; }

    /// <summary>Cost of the dearest.</summary>
    public double Most { get; }

    /// <summary>Hash of all these costs: those that differ may not be mixed in one search.</summary>
    public string Fingerprint
    {
        get
        {
            var hash = new XxHash128();
            hash.Append(BitConverter.GetBytes(Base));
            foreach (var kind in kinds) hash.Append(MemoryMarshal.AsBytes<double>(kind));
            return Convert.ToHexString(hash.GetCurrentHash());
        }
    }

    /// <summary>Columns that a genotype may take: all but that of <c>none</c>.</summary>
    public IEnumerable<int> Operations => Enumerable.Range(0, Candidates.Count).Where(k => !Candidates[k].IsZero);

    /// <summary>Costs [edges, candidates] of the normal (0) or the reduction cells (1).</summary>
    public ReadOnlySpan<double> OfKind(int kind) => kinds[kind];

    /// <summary>
    /// Cost of a genotype's network, whatever its primitives and edges: exact too where nodes are left out and cells are narrower.
    /// </summary>
    public double Of(Genotype genotype) => Network.Parts(genotype).Sum(Cost);

    /// <summary>A cost as a share of the space's range: 0 for the cheapest genotype, 1 for the dearest.</summary>
    public double Share(double cost) => Most > Least ? (cost - Least) / (Most - Least) : 0;

    private double[] Kind(int kind)
    {
        var costs = new double[Topology.Edges * Candidates.Count];
        for (var node = 0; node < Topology.Nodes; node++)
        {
            for (var source = 0; source < Topology.SourcesOf(node); source++)
            {
                for (var k = 0; k < Candidates.Count; k++)
                    costs[(Topology.FirstEdge(node) + source) * Candidates.Count + k] = Network.At(kind, source, Candidates[k]).Sum(Cost);
            }
        }

        return costs;
    }

    private double Cost(NetworkPart part)
    {
        // Evolution asks for genotypes side by side.
        lock (known)
        {
            if (!known.TryGetValue(part, out var cost)) known[part] = cost = Model.Of(part);
            return cost;
        }
    }
}
