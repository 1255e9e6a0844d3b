namespace MIOpenDarts.Darts.Evolution;

/// <summary>How much room a point of a front has to its neighbours.</summary>
internal static class Crowding
{
    /// <summary>
    /// Crowding distances (Deb et al., NSGA-II, 2002, section III B): for each objective the gap between both neighbours as a share of the
    /// front's range, summed over the objectives; infinite at the ends. An objective without range adds nothing. Of equal points the first
    /// has the distance and the others have 0, so that a population does not fill with copies.
    /// </summary>
    public static double[] Distances(IReadOnlyList<IReadOnlyList<double>> front)
    {
        var distances = new double[front.Count];
        var distinct = Enumerable.Range(0, front.Count).DistinctBy(i => string.Join(' ', front[i].Select(BitConverter.DoubleToInt64Bits)))
            .ToArray();
        for (var objective = 0; objective < (front.Count > 0 ? front[0].Count : 0); objective++)
        {
            int[] sorted = [.. distinct.OrderBy(i => front[i][objective])];
            var range = front[sorted[^1]][objective] - front[sorted[0]][objective];
            if (range == 0) continue;
            (distances[sorted[0]], distances[sorted[^1]]) = (double.PositiveInfinity, double.PositiveInfinity);
            for (var i = 1; i < sorted.Length - 1; i++)
                distances[sorted[i]] += (front[sorted[i + 1]][objective] - front[sorted[i - 1]][objective]) / range;
        }

        if (distinct.Length == 1) distances[distinct[0]] = double.PositiveInfinity;
        return distances;
    }
}
