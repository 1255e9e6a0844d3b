using CsCheck;
using MIOpenDarts.Darts.Genotypes;
using MIOpenDarts.Darts.Reports.Cells;

namespace MIOpenDarts.Darts.Tests.Reports;

/// <summary>Cells to draw: the published ones, the odd shapes, and random ones.</summary>
internal static class SampleCells
{
    public static readonly string[] Operations = [.. Primitives.SearchSpace.Select(primitive => primitive.Name)];

    public static CellGraph DartsV2Normal { get; } = CellGraph.From(NamedGenotypes.Get("DARTS_V2").Normal);

    /// <summary>Both cells of every published genotype.</summary>
    public static IEnumerable<(string Name, CellGraph Graph)> Published =>
        NamedGenotypes.Names.Select(name => (name, NamedGenotypes.Get(name))).SelectMany(item => ((string, CellGraph)[])
            [($"{item.name} normal", CellGraph.From(item.Item2.Normal)), ($"{item.name} reduce", CellGraph.From(item.Item2.Reduce))]);

    /// <summary>Each node reads the one before it: the deepest cell that four nodes can form.</summary>
    public static CellGraph Chain { get; } = Pairs(
        ("sep_conv_5x5", 0), ("dil_conv_5x5", 1), ("sep_conv_5x5", 2), ("dil_conv_5x5", 0),
        ("sep_conv_5x5", 3), ("dil_conv_5x5", 1), ("sep_conv_5x5", 4), ("dil_conv_5x5", 0));

    /// <summary>Several operations on an edge, a node without any edge, a concat that leaves nodes out.</summary>
    public static CellGraph Odd { get; } = new(
        4,
        [
            new("sep_conv_3x3", 0, 2), new("dil_conv_5x5", 0, 2), new("skip_connect", 0, 2), new("max_pool_3x3", 1, 2),
            new("sep_conv_3x3", 2, 4), new("skip_connect", 2, 4), new("conv_7x1_1x7", 4, 5),
        ],
        [4, 5]);

    public static CellGraph Full { get; } = new(
        4, [.. CellGraph.SearchEdges(14).Select(edge => new CellEdge("sep_conv_3x3", edge.Source, edge.Target))], [2, 3, 4, 5]);

    public static Gen<CellGraph> Random { get; } =
        from nodes in Gen.Int[1, 6]
        let pairs = CellGraph.SearchEdges(nodes * (nodes + 3) / 2)
        from edges in Gen.Select(Gen.Int[0, pairs.Count - 1], Gen.Int[0, Operations.Length - 1], (pair, operation) =>
            (pair, Operations[operation])).Array[0, 3 * nodes]
        from concat in Gen.Bool.Array[nodes]
        select new CellGraph(
            nodes,
            [.. edges.Select(edge => new CellEdge(edge.Item2, pairs[edge.pair].Source, pairs[edge.pair].Target))],
            [.. Enumerable.Range(0, nodes).Where(node => concat[node]).Select(node => node + 2)]);

    /// <summary>A cell in the official form: two pairs of operation and source for each node.</summary>
    public static CellGraph Pairs(params (string Operation, int Source)[] pairs) => new(
        pairs.Length / 2,
        [.. pairs.Select((pair, index) => new CellEdge(pair.Operation, pair.Source, index / 2 + 2))],
        [.. Enumerable.Range(2, pairs.Length / 2)]);
}
