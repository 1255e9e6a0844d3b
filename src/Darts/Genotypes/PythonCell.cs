namespace MIOpenDarts.Darts.Genotypes;

/// <summary>
/// An edge as written: <paramref name="Target"/> is null unless it was a triple; <paramref name="Place"/> is the source's token.
/// </summary>
internal readonly record struct PythonEdge(Primitive Operation, int? Target, int Source, PythonToken Place);

/// <summary>A cell as written, before it is known how many nodes it has.</summary>
internal sealed class PythonCell(PythonToken start)
{
    private readonly List<PythonEdge> flat = [];
    private readonly List<List<PythonEdge>> nested = [];

    public void AddFlat(PythonToken place, PythonEdge edge)
    {
        if (nested.Count > 0) throw place.Unexpected("a list of edges, like the items before it");
        if (flat.Count > 0 && flat[0].Target.HasValue != edge.Target.HasValue)
            throw place.Unexpected("an edge with as many members as the edges before it");
        flat.Add(edge);
    }

    public void AddNode(PythonToken place, List<PythonEdge> edges)
    {
        if (flat.Count > 0) throw place.Unexpected("an edge, like the items before it");
        var triple = edges.FindIndex(edge => edge.Target.HasValue);
        if (triple >= 0) throw edges[triple].Place.Unexpected("an edge of two members inside the list of a node");
        nested.Add(edges);
    }

    public GenotypeCell Build(GenotypeConcat concat)
    {
        var nodes = nested.Count > 0 ? nested : flat.Count > 0 && !flat[0].Target.HasValue ? FromPairs() : FromTriples(concat);
        if (nodes.Count == 0) throw start.Unexpected("at least one edge");
        for (var node = 0; node < nodes.Count; node++)
        {
            foreach (var edge in nodes[node])
                if (edge.Source < 0 || edge.Source >= GenotypeCell.Inputs + node)
                    throw edge.Place.Unexpected(
                        $"a state from 0 to {GenotypeCell.Inputs + node - 1}, before state {GenotypeCell.Inputs + node}");
        }

        if (concat.Max() >= GenotypeCell.Inputs + nodes.Count)
            throw start.Unexpected(
                $"enough nodes for the concatenation {concat}: the last state is {GenotypeCell.Inputs + nodes.Count - 1}");
        return new GenotypeCell(nodes.Select(edges => edges.Select(edge => new GenotypeEdge(edge.Operation, edge.Source))), concat);
    }

    private List<List<PythonEdge>> FromPairs()
    {
        if (flat.Count % 2 != 0) throw start.Unexpected($"two edges for each node; there are {flat.Count} edges");
        return flat.Chunk(2).Select(pair => pair.ToList()).ToList();
    }

    // A node without edges is not written at all, so the concatenation tells how many nodes there are.
    private List<List<PythonEdge>> FromTriples(GenotypeConcat concat)
    {
        var last = flat.Select(edge => edge.Target!.Value).Append(concat.Max()).Max();
        if (last >= GenotypeConcat.MaxStates) throw start.Unexpected($"at most {GenotypeConcat.MaxStates} states, not {last + 1L}");
        var nodes = Enumerable.Range(0, Math.Max(last - 1, 0)).Select(_ => new List<PythonEdge>()).ToList();
        foreach (var edge in flat)
        {
            if (edge.Target < GenotypeCell.Inputs)
                throw edge.Place.Unexpected($"a target from {GenotypeCell.Inputs}; the edge enters state {edge.Target}");
            nodes[edge.Target!.Value - GenotypeCell.Inputs].Add(edge);
        }

        return nodes;
    }
}
