using MIOpenDarts.Darts.Evaluation;
using MIOpenDarts.Darts.Evaluation.NasBench201;
using MIOpenDarts.Darts.Genotypes;
using MIOpenDarts.Darts.Supernets;

namespace MIOpenDarts.Darts.Costs.Steps;

/// <summary>
/// The operations of a supernet, one by one as a discrete network would run them: every candidate at every place that it has there, and the
/// sums over all of them. What a mixture has beside them (weights, their gradients, the norms of pools) is none.
/// </summary>
internal static class SupernetParts
{
    /// <summary>Those of cells like those of DARTS, all of whose channels are mixed.</summary>
    public static IEnumerable<NetworkPart> From(SupernetShape shape, IReadOnlyList<Primitive> candidates)
    {
        var task = new ImageTask(shape.ImageChannels, shape.Height, shape.Width, shape.Classes);
        var network = new TargetNetwork(new EvaluationShape(task, shape.InitChannels, shape.Layers, Auxiliary: false));
        List<Primitive> operations = [.. candidates.Where(primitive => !primitive.IsZero)];
        var topology = shape.Topology;
        int[] nodes = [.. Enumerable.Range(0, topology.Nodes)];
        var cell = new CellOutline(shape.Multiplier, nodes.Sum(node => topology.SourcesOf(node) * operations.Count - 1));
        return network.Skeleton(cell, cell).Concat(
            from kind in Enumerable.Range(0, TargetNetwork.Kinds)
            from node in nodes
            from source in Enumerable.Range(0, topology.SourcesOf(node))
            from operation in operations
            from part in network.At(kind, source, operation)
            select part);
    }

    /// <summary>Those of the cells of NAS-Bench-201.</summary>
    public static IEnumerable<NetworkPart> From(NasBench201Shape shape)
    {
        var space = CellSpace.NasBench201;
        var network = new NasBench201Target(shape);
        var networks = space.Operations.Select(operation => network.Parts(
            new Genotype(NasBench201Cell.From([.. Enumerable.Repeat(operation, space.Topology.Edges)]))));
        // The first brings what stands between cells; every operation of the others is added to those before it.
        return networks.SelectMany((parts, i) => i == 0
            ? parts
            : parts.Where(part => Primitives.TryParse(part.Name, out _))
                .SelectMany(part => new[] { part, part with { Name = NetworkPart.Sum } }));
    }
}
