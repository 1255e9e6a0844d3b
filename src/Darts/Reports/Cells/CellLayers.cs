namespace MIOpenDarts.Darts.Reports.Cells;

/// <summary>
/// Cuts a cell into layers (Sugiyama, Tagawa, Toda 1981): states, between them rows of operation labels, and passages where a
/// line skips a layer. All lines out of a state share one trunk and leave it where they are needed, which keeps crossings few.
/// </summary>
internal sealed class CellLayers
{
    /// <summary>The official name of the output.</summary>
    public const string Output = "c_{k}";

    private readonly CellGraph graph;
    private readonly List<CellItem>[] trunks;

    private CellLayers(CellGraph graph)
    {
        this.graph = graph;
        trunks = new List<CellItem>[graph.States];
    }

    public List<List<CellItem>> Layers { get; } = [];

    /// <summary>Layers of a valid graph.</summary>
    public static CellLayers From(CellGraph graph, CellDirection direction)
    {
        var result = new CellLayers(graph);
        var depth = direction == CellDirection.LeftToRight ? LongestPaths(graph) : OneNodeEach(graph);
        result.Build(depth, direction == CellDirection.LeftToRight ? int.MaxValue : 2);
        return result;
    }

    private static int[] OneNodeEach(CellGraph graph) =>
        [.. Enumerable.Range(0, graph.States).Select(state => Math.Max(0, state - graph.Inputs + 1))];

    private static int[] LongestPaths(CellGraph graph)
    {
        var depth = new int[graph.States];
        for (var state = graph.Inputs; state < graph.States; state++)
            depth[state] = 1 + graph.Edges.Where(edge => edge.Target == state).Select(edge => depth[edge.Source]).DefaultIfEmpty(0).Max();
        return depth;
    }

    private void Build(int[] depth, int labelsInRow)
    {
        var layer = 0;
        for (var level = 0; level <= depth.Max(); level++)
        {
            var edges = graph.Edges.Where(edge => depth[edge.Target] == level).OrderBy(edge => edge.Source).ToList();
            var rows = edges.Count == 0 ? 0 : (edges.Count - 1) / labelsInRow + 1;
            var labels = edges.Select((edge, index) => Label(edge, layer + index / labelsInRow)).ToList();
            layer += rows;
            for (var state = 0; state < graph.States; state++)
            {
                if (depth[state] != level) continue;
                var node = Place(new CellItem(CellItemKind.State, layer, graph.NameOf(state), null));
                trunks[state] = [node];
                foreach (var label in labels.Where(label => label.Edge!.Target == state)) Join(label, node);
            }

            layer++;
        }

        var output = Place(new CellItem(CellItemKind.State, layer, Output, null));
        foreach (var state in graph.Concat.Distinct()) Link(Trunk(state, layer - 1), output);
    }

    private CellItem Label(CellEdge edge, int layer)
    {
        var label = Place(new CellItem(CellItemKind.Operation, layer, edge.Operation, edge));
        Link(Trunk(edge.Source, layer - 1), label);
        return label;
    }

    private void Join(CellItem label, CellItem node)
    {
        var tip = label;
        while (tip.Layer < node.Layer - 1)
        {
            var passage = Place(new CellItem(CellItemKind.Passage, tip.Layer + 1, "", label.Edge));
            Link(tip, passage);
            tip = passage;
        }

        Link(tip, node);
    }

    private CellItem Trunk(int state, int layer)
    {
        var trunk = trunks[state];
        while (trunk[^1].Layer < layer)
        {
            var passage = Place(new CellItem(CellItemKind.Passage, trunk[^1].Layer + 1, "", null));
            Link(trunk[^1], passage);
            trunk.Add(passage);
        }

        return trunk[layer - trunk[0].Layer];
    }

    private CellItem Place(CellItem item)
    {
        while (Layers.Count <= item.Layer) Layers.Add([]);
        Layers[item.Layer].Add(item);
        return item;
    }

    private static void Link(CellItem from, CellItem to)
    {
        from.After.Add(to);
        to.Before.Add(from);
    }
}
