namespace MIOpenDarts.Darts.Costs;

/// <summary>How far two lists of numbers put the same things into the same order: 1 for the same, −1 for the opposite.</summary>
internal static class RankCorrelation
{
    /// <summary>
    /// Kendall's τ-b (Kendall 1945): concordant minus discordant pairs, over the geometric mean of the pairs that differ in each list. NaN
    /// where all of a list are equal.
    /// </summary>
    public static double Kendall(IReadOnlyList<double> x, IReadOnlyList<double> y)
    {
        Check(x, y);
        long agreement = 0, differInX = 0, differInY = 0;
        for (var i = 0; i < x.Count; i++)
        {
            for (var j = i + 1; j < x.Count; j++)
            {
                var (a, b) = (x[i].CompareTo(x[j]), y[i].CompareTo(y[j]));
                agreement += a * b;
                differInX += a * a;
                differInY += b * b;
            }
        }

        return agreement / Math.Sqrt((double)differInX * differInY);
    }

    /// <summary>Spearman's ρ (1904): Pearson's correlation of the ranks, equal numbers having the mean of theirs. NaN as above.</summary>
    public static double Spearman(IReadOnlyList<double> x, IReadOnlyList<double> y)
    {
        Check(x, y);
        double[] a = Ranks(x), b = Ranks(y);
        var mean = (x.Count - 1) / 2.0;
        double ab = 0, aa = 0, bb = 0;
        for (var i = 0; i < a.Length; i++)
        {
            ab += (a[i] - mean) * (b[i] - mean);
            aa += (a[i] - mean) * (a[i] - mean);
            bb += (b[i] - mean) * (b[i] - mean);
        }

        return ab / Math.Sqrt(aa * bb);
    }

    private static double[] Ranks(IReadOnlyList<double> values)
    {
        var ranks = new double[values.Count];
        int[] sorted = [.. Enumerable.Range(0, values.Count).OrderBy(i => values[i])];
        for (int first = 0, end; first < sorted.Length; first = end)
        {
            for (end = first + 1; end < sorted.Length && values[sorted[end]].Equals(values[sorted[first]]); end++)
            {
            }

            for (var i = first; i < end; i++) ranks[sorted[i]] = (first + end - 1) / 2.0;
        }

        return ranks;
    }

    private static void Check(IReadOnlyList<double> x, IReadOnlyList<double> y)
    {
        if (x.Count != y.Count) throw new ArgumentException($"lists of {x.Count} and of {y.Count} numbers have no common order", nameof(y));
    }
}
