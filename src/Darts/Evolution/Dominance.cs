namespace MIOpenDarts.Darts.Evolution;

/// <summary>Who is better where several numbers count.</summary>
internal static class Dominance
{
    /// <summary>
    /// Whether a dominates b in Pareto's sense: it is nowhere worse and somewhere better. Equal vectors do not dominate each other.
    /// </summary>
    public static bool Dominates(IReadOnlyList<double> a, IReadOnlyList<double> b)
    {
        var better = false;
        for (var i = 0; i < a.Count; i++)
        {
            if (a[i] > b[i]) return false;
            better |= a[i] < b[i];
        }

        return better;
    }

    /// <summary>
    /// The same under limits (Deb et al., NSGA-II, 2002, section VI): what is feasible dominates what is not; of two that are not, the one
    /// with the smaller violation dominates.
    /// </summary>
    public static bool Dominates(Fitness a, Fitness b) =>
        a.IsFeasible && b.IsFeasible ? Dominates(a.Objectives, b.Objectives) : Math.Max(0, a.Violation) < Math.Max(0, b.Violation);
}
