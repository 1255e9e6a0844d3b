using System.Numerics;
using MIOpenDarts.Darts.Genotypes;

namespace MIOpenDarts.Darts.Algorithms.FairDarts;

/// <summary>How Fair DARTS reads a genotype out of weights.</summary>
public enum ThresholdMode
{
    /// <summary>The two strongest edges of a node, each with its strongest operation, if that reaches the threshold.</summary>
    Sparse,
    /// <summary>Every edge, each with its two strongest operations, as far as they reach the threshold.</summary>
    Edge,
}

/// <summary>A cell that a threshold gave.</summary>
/// <param name="Cell">The cell, which has an output.</param>
/// <param name="TookStrongest">Whether too little reached the threshold, so that the strongest edges were taken instead.</param>
internal sealed record ThresholdCell(GenotypeCell Cell, bool TookStrongest);

/// <summary>
/// Turns independent weights into a genotype by a threshold (Chu et al. 2020, section 4.3; the official <c>parse</c>). A node may end with
/// fewer than two edges, or none, and an edge with two operations. Where nothing that reaches the threshold leads to the output, the
/// official code ends with a cell that no network can be built of; here the cell is then the one of <see cref="GenotypeDerivation"/>.
/// </summary>
internal static class ThresholdDerivation
{
    private const int EdgesPerNode = 2;
    private const int OperationsPerEdge = 2;

    /// <summary>
    /// Derives one cell; the sources of a node come strongest first (sparse) or in order (edge), the operations of an edge weakest first.
    /// </summary>
    /// <param name="weights">Weights [edges, candidates], edges in the order (node, source).</param>
    /// <param name="candidates">Operation of each column; <c>none</c> is never taken.</param>
    /// <param name="threshold">Least weight of an operation that is kept.</param>
    /// <param name="mode">Which operations may be kept.</param>
    /// <param name="multiplier">How many of the last nodes make the output.</param>
    /// <exception cref="ArgumentException">The weights are not those of whole nodes, or one is not a number.</exception>
    public static ThresholdCell DeriveCell<T>(
        ReadOnlySpan<T> weights, IReadOnlyList<Primitive> candidates, double threshold, ThresholdMode mode, int multiplier = 4)
        where T : IFloatingPointIeee754<T>
    {
        var rows = Rows(weights, candidates.Count);
        var nodes = new List<GenotypeEdge[]>();
        for (int first = 0, node = 0; first < rows.Length; first += GenotypeCell.Inputs + node, node++)
        {
            var sources = GenotypeCell.Inputs + node;
            if (first + sources > rows.Length)
                throw new ArgumentException(
                    $"{rows.Length} edges are not those of a whole number of nodes (4 nodes have 14)", nameof(weights));
            var edges = rows[first..(first + sources)].Select((row, source) => (Source: source, Operations: Ranked(row, candidates)));
            if (mode == ThresholdMode.Sparse) edges = edges.OrderByDescending(edge => edge.Operations[0].Weight).Take(EdgesPerNode);
            nodes.Add([.. edges.SelectMany(edge => edge.Operations
                .Take(mode == ThresholdMode.Sparse ? 1 : OperationsPerEdge)
                .Where(operation => operation.Weight >= threshold)
                .Reverse()
                .Select(operation => new GenotypeEdge(operation.Primitive, edge.Source)))]);
        }

        var states = GenotypeCell.Inputs + nodes.Count;
        var cell = new GenotypeCell(nodes, GenotypeConcat.Range(states - multiplier, states));
        return cell.HasOutput ? new ThresholdCell(cell, false) : new ThresholdCell(
            GenotypeDerivation.DeriveCell(weights, candidates, multiplier), true);
    }

    private static double[][] Rows<T>(ReadOnlySpan<T> weights, int columns) where T : IFloatingPointIeee754<T>
    {
        var rows = new double[weights.Length / columns][];
        for (var row = 0; row < rows.Length; row++)
        {
            rows[row] = new double[columns];
            for (var k = 0; k < columns; k++) rows[row][k] = double.CreateChecked(weights[row * columns + k]);
            if (rows[row].Any(double.IsNaN))
                throw new ArgumentException("a weight is not a number: the search has diverged", nameof(weights));
        }

        return rows;
    }

    // OrderByDescending is stable, so equal weights keep the earlier operation first.
    private static List<(Primitive Primitive, double Weight)> Ranked(double[] row, IReadOnlyList<Primitive> candidates) =>
        [.. row.Select((weight, k) => (Primitive: candidates[k], Weight: weight))
            .Where(candidate => !candidate.Primitive.IsZero)
            .OrderByDescending(candidate => candidate.Weight)];
}
