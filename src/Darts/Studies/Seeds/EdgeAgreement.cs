using MIOpenDarts.Darts.Genotypes;

namespace MIOpenDarts.Darts.Studies.Seeds;

/// <summary>How far several cells agree about one edge.</summary>
/// <param name="Source">State that the edge reads.</param>
/// <param name="Target">State that it enters.</param>
/// <param name="Kept">Share of the cells that keep the edge.</param>
/// <param name="Operation">The operation that most of them give it; the first in the order of the primitives where several do.</param>
/// <param name="Same">Share of the cells that keep the edge with that operation.</param>
internal sealed record EdgeAgreement(int Source, int Target, double Kept, Primitive Operation, double Same)
{
    private const int ChanceDraws = 50;

    /// <summary>All edges that at least one cell keeps, by target and source.</summary>
    /// <param name="cells">The same cell of several genotypes; a node may have two operations on one edge.</param>
    public static IReadOnlyList<EdgeAgreement> From(IReadOnlyCollection<GenotypeCell> cells) =>
    [
        .. cells.SelectMany(Edges).GroupBy(edge => (edge.Target, edge.Source)).OrderBy(group => group.Key).Select(group =>
        {
            var (operation, count) = group.CountBy(edge => edge.Operation).OrderByDescending(pair => pair.Value).ThenBy(
                pair => Primitives.IndexOf(pair.Key)).First();
            var kept = cells.Count(cell => cell.Edges.Any(item => item.Target == group.Key.Target && item.Edge.Source == group.Key.Source));
            return new EdgeAgreement(
                group.Key.Source, group.Key.Target, (double)kept / cells.Count, operation, (double)count / cells.Count);
        }),
    ];

    /// <summary>
    /// Mean over all pairs of cells of the edges that both have over those that one of them has (Jaccard): 1 for equal cells, 0 for cells
    /// with nothing in common; NaN for fewer than two cells.
    /// </summary>
    /// <param name="cells">The same cell of several genotypes.</param>
    /// <param name="withOperation">Whether an edge is the same only with the same operation.</param>
    public static double Overlap(IReadOnlyList<GenotypeCell> cells, bool withOperation)
    {
        var sets = cells.Select(
            cell => Edges(cell).Select(edge => withOperation ? edge : edge with { Operation = Primitives.None }).ToHashSet()).ToList();
        var pairs = sets.SelectMany(
            (one, i) => sets.Skip(i + 1).Select(other => (double)one.Intersect(other).Count() / one.Union(other).Count()));
        return pairs.DefaultIfEmpty(double.NaN).Average();
    }

    /// <summary>
    /// The overlap of random cells, which seeds must exceed to agree about anything: the mean over all pairs of some draws.
    /// </summary>
    /// <param name="nodes">Nodes of a cell.</param>
    /// <param name="withOperation">See <see cref="Overlap"/>.</param>
    /// <param name="space">The space; that of DARTS if null.</param>
    public static double Chance(int nodes, bool withOperation, CellSpace? space = null) => Overlap(
        [.. Enumerable.Range(0, ChanceDraws).Select(i => RandomGenotypes.Draw(0, i, nodes, nodes, space).Cells[0])], withOperation);

    private static IEnumerable<PlacedEdge> Edges(GenotypeCell cell) =>
        cell.Edges.Select(item => new PlacedEdge(item.Target, item.Edge.Source, item.Edge.Operation)).Distinct();

    private readonly record struct PlacedEdge(int Target, int Source, Primitive Operation);
}
