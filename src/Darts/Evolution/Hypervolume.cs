namespace MIOpenDarts.Darts.Evolution;

/// <summary>
/// The volume that points dominate within a reference point (Zitzler and Thiele 1998), all objectives minimised: one number for the
/// quality of a front. Numbers of different reference points cannot be compared, so it is fixed before a run.
/// </summary>
internal static class Hypervolume
{
    /// <summary>
    /// Of points with two or three objectives. Their order, copies, and points that others dominate change nothing; a point that is not
    /// better than the reference in every objective contributes nothing.
    /// </summary>
    /// <exception cref="ArgumentException">There are neither two nor three objectives.</exception>
    public static double Of(IEnumerable<IReadOnlyList<double>> points, IReadOnlyList<double> reference)
    {
        var inside = points.Where(p => Enumerable.Range(0, reference.Count).All(i => p[i] < reference[i]));
        return reference.Count switch
        {
            2 => Area(inside, reference),
            3 => Volume(inside, reference),
            _ => throw new ArgumentException($"hypervolumes have two or three objectives, not {reference.Count}", nameof(reference)),
        };
    }

    /// <summary>What would be lost without point <paramref name="index"/>.</summary>
    /// <inheritdoc cref="Of"/>
    public static double Contribution(IReadOnlyList<IReadOnlyList<double>> points, int index, IReadOnlyList<double> reference) =>
        Of(points, reference) - Of(points.Where((_, i) => i != index), reference);

    // From left to right every point that reaches lower than all before adds a rectangle.
    private static double Area(IEnumerable<IReadOnlyList<double>> points, IReadOnlyList<double> reference)
    {
        var (area, lowest) = (0.0, reference[1]);
        foreach (var p in points.OrderBy(p => p[0]).ThenBy(p => p[1]))
        {
            if (p[1] >= lowest) continue;
            area += (reference[0] - p[0]) * (lowest - p[1]);
            lowest = p[1];
        }

        return area;
    }

    // Slices between neighbours in the third objective: the area of all points below, times the slice's height.
    private static double Volume(IEnumerable<IReadOnlyList<double>> points, IReadOnlyList<double> reference)
    {
        IReadOnlyList<double>[] sorted = [.. points.OrderBy(p => p[2])];
        var (volume, below) = (0.0, new List<IReadOnlyList<double>>());
        for (var i = 0; i < sorted.Length; i++)
        {
            below.RemoveAll(p => Dominance.Dominates([sorted[i][0], sorted[i][1]], [p[0], p[1]]));
            below.Add(sorted[i]);
            var height = (i + 1 < sorted.Length ? sorted[i + 1][2] : reference[2]) - sorted[i][2];
            if (height > 0) volume += Area(below, reference) * height;
        }

        return volume;
    }
}
