using MIOpenDarts.Darts.Genotypes;
using MIOpenDarts.Darts.Reports.Cells;
using MIOpenDarts.Darts.Reports.Log;
using MIOpenDarts.Darts.Supernets;

namespace MIOpenDarts.Darts.Search;

/// <summary>One kind of cell as the history records it.</summary>
public static class EpochCells
{
    /// <summary>Alphas, weights and the discrete cell.</summary>
    public static CellRecord Of(ArchitectureParameters<float> alphas, GenotypeCell cell)
    {
        var weights = new float[alphas.Alphas.Length];
        alphas.Softmax(alphas.Alphas, weights);
        return new CellRecord(Rows(alphas.Alphas, alphas.Edges), Rows(weights, alphas.Edges), GraphOf(cell));
    }

    /// <summary>The cell as a graph to draw.</summary>
    public static CellGraph GraphOf(GenotypeCell cell) => new(
        cell.Nodes.Count,
        [.. cell.Edges.Select(e => new CellEdge(e.Edge.Operation.Name(), e.Edge.Source, e.Target))],
        [.. cell.Concat]);

    private static double[][] Rows(float[] values, int rows) =>
        [.. values.Chunk(values.Length / rows).Select(row => Array.ConvertAll(row, v => (double)v))];
}
