namespace MIOpenDarts.Darts.Costs.Search;

/// <summary>
/// How likely a derivation keeps each edge into a node: a search mixes all of them, a genotype keeps some, so that a sum over all edges
/// would overrate what the genotype costs. Edges are drawn one after the other without replacement, each with probability in proportion to
/// its strength; the probabilities add up to the number that is kept, and a node with no more edges than that keeps them all.
/// </summary>
internal static class KeepProbability
{
    // Below this share of the strongest an edge is as good as never kept, and a quotient by its strength as good as infinite.
    private const double Least = 1e-12;

    /// <summary>Probabilities of one node.</summary>
    /// <param name="strengths">u &gt; 0 of each edge.</param>
    /// <param name="kept">Edges that are kept: one, two, or no fewer than there are.</param>
    /// <param name="keep">With r_j = u_j / (U − u_j): u_e/U · (1 + Σ_{j≠e} r_j).</param>
    public static void Forward(ReadOnlySpan<double> strengths, int kept, Span<double> keep)
    {
        if (kept >= strengths.Length)
        {
            keep.Fill(1);
            return;
        }

        Require(kept);
        Span<double> u = stackalloc double[strengths.Length];
        var all = Floored(strengths, u);
        for (var e = 0; e < u.Length; e++)
        {
            keep[e] = u[e] / all;
            if (kept == 1) continue;
            for (var j = 0; j < u.Length; j++)
                if (j != e) keep[e] += u[e] / all * u[j] / Others(u, j);
        }
    }

    /// <summary>
    /// From the gradient x in the probabilities to that in the strengths of L = Σ_e keep_e·x_e. Sums leave the strongest out where it would
    /// cancel.
    /// </summary>
    public static void Backward(ReadOnlySpan<double> strengths, int kept, ReadOnlySpan<double> x, Span<double> diffs)
    {
        diffs.Clear();
        if (kept >= strengths.Length) return;
        Require(kept);
        var n = strengths.Length;
        Span<double> u = stackalloc double[n], rest = stackalloc double[n], weighted = stackalloc double[n];
        var all = Floored(strengths, u);
        double total = 0, loss = 0;
        for (var j = 0; j < n; j++)
        {
            rest[j] = Others(u, j);
            total += u[j] * x[j];
            // Σ_{e≠j} u_e·x_e.
            for (var e = 0; e < n; e++)
                if (e != j) weighted[j] += u[e] * x[e];
        }

        if (kept == 1)
        {
            for (var m = 0; m < n; m++) diffs[m] = (x[m] - total / all) / all;
            return;
        }

        // U·L = Σ_e u_e·x_e + Σ_j r_j·Σ_{e≠j} u_e·x_e.
        loss = total;
        for (var j = 0; j < n; j++) loss += u[j] / rest[j] * weighted[j];
        for (var m = 0; m < n; m++)
        {
            // Through the sum's own factor, through r_m, and through the others' r_j and sums.
            var slope = x[m] + weighted[m] / rest[m];
            for (var j = 0; j < n; j++)
                if (j != m) slope += u[j] / rest[j] * (x[m] - weighted[j] / rest[j]);
            diffs[m] = (slope - loss / all) / all;
        }
    }

    private static double Floored(ReadOnlySpan<double> strengths, Span<double> u)
    {
        double largest = 0, all = 0;
        foreach (var strength in strengths) largest = Math.Max(largest, strength);
        var least = largest > 0 ? Least * largest : 1;
        for (var e = 0; e < u.Length; e++) all += u[e] = Math.Max(strengths[e], least);
        return all;
    }

    private static double Others(ReadOnlySpan<double> u, int j)
    {
        double sum = 0;
        for (var e = 0; e < u.Length; e++)
            if (e != j) sum += u[e];
        return sum;
    }

    private static void Require(int kept)
    {
        if (kept is not (1 or 2)) throw new NotSupportedException($"How likely {kept} edges of more are kept is not known.");
    }
}
