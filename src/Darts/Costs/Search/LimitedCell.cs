using MIOpenDarts.Darts.Genotypes;

namespace MIOpenDarts.Darts.Costs.Search;

/// <summary>
/// Of all cells of NAS-Bench-201 that cost no more than a limit and lead to their output, the one with the largest sum of logarithms of its
/// operations' weights. Exact: every one of the 15,625 is looked at.
/// </summary>
internal static class LimitedCell
{
    /// <summary>Derives the cell.</summary>
    /// <param name="costs">Of the space's operations.</param>
    /// <param name="weights">[edges, candidates]; an operation that the search does not mix, such as <c>none</c>, weighs least.</param>
    /// <param name="limit">Most that the genotype may cost, and no less than the cheapest does.</param>
    /// <param name="leastWeight">The weight of what has none.</param>
    public static Genotype Derive(ArchitectureCosts costs, ReadOnlySpan<float> weights, double limit, double leastWeight)
    {
        var (operations, edges) = (CellSpace.NasBench201.Candidates, CellSpace.NasBench201.Topology.Edges);
        double[,] cost = new double[edges, operations.Count], score = new double[edges, operations.Count];
        for (var edge = 0; edge < edges; edge++)
        {
            for (var k = 0; k < operations.Count; k++)
            {
                var column = costs.Candidates.TakeWhile(candidate => candidate != operations[k]).Count();
                var at = edge * costs.Candidates.Count + column;
                var mixed = column < costs.Candidates.Count;
                cost[edge, k] = mixed ? costs.OfKind(0)[at] : 0;
                score[edge, k] = Math.Log(Math.Max(mixed ? weights[at] : 0, leastWeight));
            }
        }

        // Sums of the same numbers in another order differ in their last bits; the genotype itself is asked in the end.
        var room = limit - costs.Base + 1e-12 * costs.Most;
        var (chosen, best) = (new int[edges], double.NegativeInfinity);
        Genotype? found = null;
        do
        {
            var (price, sum) = (0.0, 0.0);
            for (var edge = 0; edge < edges; edge++) (price, sum) = (price + cost[edge, chosen[edge]], sum + score[edge, chosen[edge]]);
            if (price > room || sum <= best) continue;
            var cell = NasBench201Cell.From([.. chosen.Select(k => operations[k])]);
            var genotype = new Genotype(cell);
            if (!cell.Connects || costs.Of(genotype) > limit) continue;
            (best, found) = (sum, genotype);
        }
        while (Next(chosen, operations.Count));

        return found ?? Cheapest(operations, cost);
    }

    // One operation from the input to the output; rounding may put it over a limit of just its cost.
    private static Genotype Cheapest(IReadOnlyList<Primitive> operations, double[,] cost)
    {
        var topology = CellSpace.NasBench201.Topology;
        var direct = topology.FirstEdge(topology.Nodes - 1);
        var cell = Enumerable.Repeat(Primitives.None, topology.Edges).ToArray();
        cell[direct] = operations[Enumerable.Range(0, operations.Count).Where(k => !operations[k].IsZero).MinBy(k => cost[direct, k])];
        return new Genotype(NasBench201Cell.From(cell));
    }

    // Counts up in the base of so many digits; false after the last number.
    private static bool Next(int[] digits, int digitCount)
    {
        for (var i = digits.Length - 1; i >= 0; i--)
        {
            if (++digits[i] < digitCount) return true;
            digits[i] = 0;
        }

        return false;
    }
}
