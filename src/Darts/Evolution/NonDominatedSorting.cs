namespace MIOpenDarts.Darts.Evolution;

/// <summary>Fast non-dominated sorting (Deb et al., NSGA-II, 2002, section III A).</summary>
internal static class NonDominatedSorting
{
    /// <summary>
    /// Indices in fronts: none of a front dominates another of it, and each is dominated by one of the front before. Within a front they
    /// ascend. O(M·n²) comparisons for n genomes and M objectives.
    /// </summary>
    public static IReadOnlyList<int[]> Fronts(IReadOnlyList<Fitness> all)
    {
        var dominators = new int[all.Count];
        var dominated = new List<int>[all.Count];
        for (var i = 0; i < all.Count; i++) dominated[i] = [];
        for (var i = 0; i < all.Count; i++)
        {
            for (var j = i + 1; j < all.Count; j++)
            {
                if (Dominance.Dominates(all[i], all[j])) Note(i, j);
                else if (Dominance.Dominates(all[j], all[i])) Note(j, i);
            }
        }

        var fronts = new List<int[]>();
        for (int[] front = [.. Enumerable.Range(0, all.Count).Where(i => dominators[i] == 0)]; front.Length > 0; front = Next(front))
            fronts.Add(front);
        return fronts;

        void Note(int better, int worse)
        {
            dominated[better].Add(worse);
            dominators[worse]++;
        }

        int[] Next(int[] front) => [.. front.SelectMany(i => dominated[i]).Where(j => --dominators[j] == 0).Order()];
    }
}
