using MIOpenDarts.Darts.Genotypes;
using MIOpenDarts.Darts.Records;
using MIOpenDarts.Darts.Reports.Cells;

namespace MIOpenDarts.Darts.Reports.Charts;

/// <summary>What the rows and columns of an alpha are: edges of a search cell, and operations.</summary>
/// <param name="Operations">Names of the columns.</param>
/// <param name="Inputs">Inputs of a cell.</param>
/// <param name="TakesNone">Whether a genotype may have <c>none</c>.</param>
internal sealed record AlphaAxes(IReadOnlyList<string> Operations, int Inputs = GenotypeCell.Inputs, bool TakesNone = false)
{
    /// <summary>Those of a run.</summary>
    public static AlphaAxes From(RunStarted start)
    {
        // The log of an earlier version says nothing of a space.
        var name = start.Options.FirstOrDefault(option => option.Name == "space")?.Value;
        var space = name is not null && CellSpace.TryFind(name, out var found) ? found : CellSpace.Darts;
        return new AlphaAxes(start.Primitives, space.Topology.Inputs, space.TakesNone);
    }

    /// <summary>Names of so many edges as the page writes them, with the subscripts that Unicode has.</summary>
    public IReadOnlyList<string> EdgeNames(int edges) =>
        [.. CellGraph.SearchEdges(edges, Inputs).Select(edge => $"{NameOf(edge.Source)} \u2192 {NameOf(edge.Target)}")];

    /// <summary>Column of the largest weight that a genotype may take; -1 when there is none.</summary>
    public int StrongestOf(double[] weights)
    {
        var best = -1;
        for (var column = 0; column < weights.Length; column++)
        {
            if (!TakesNone && Operations[column] == "none") continue;
            if (best < 0 || weights[column] > weights[best]) best = column;
        }

        return best;
    }

    private string NameOf(int state) => (Inputs - state) switch
    {
        2 => "c\u2096\u208B\u2082",
        1 => "c\u2096\u208B\u2081",
        _ => CellGraph.StateName(state, Inputs),
    };
}
