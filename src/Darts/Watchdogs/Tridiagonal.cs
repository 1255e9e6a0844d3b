namespace MIOpenDarts.Darts.Watchdogs;

/// <summary>Eigenvalues of a small symmetric tridiagonal matrix, by bisection on the signs of its leading minors (Givens 1954).</summary>
internal static class Tridiagonal
{
    private const int FactorizedReduces = 60;

    /// <summary>The largest eigenvalue.</summary>
    /// <param name="diagonal">Elements on the diagonal, at least one.</param>
    /// <param name="beside">Elements beside it, one fewer.</param>
    public static double Largest(IReadOnlyList<double> diagonal, IReadOnlyList<double> beside)
    {
        // Gershgorin: no eigenvalue is farther out.
        var bound = diagonal.Max(Math.Abs) + 2 * beside.Select(Math.Abs).DefaultIfEmpty(0).Max();
        var (low, high) = (-bound, bound);
        for (var i = 0; i < FactorizedReduces; i++)
        {
            var middle = (low + high) / 2;
            if (Below(diagonal, beside, middle) == diagonal.Count) high = middle;
            else low = middle;
        }

        return (low + high) / 2;
    }

    // As many pivots of the elimination are negative as eigenvalues are below x.
    private static int Below(IReadOnlyList<double> diagonal, IReadOnlyList<double> beside, double x)
    {
        var (count, pivot) = (0, 1.0);
        for (var i = 0; i < diagonal.Count; i++)
        {
            pivot = diagonal[i] - x - (i == 0 ? 0 : beside[i - 1] * beside[i - 1] / pivot);
            if (pivot == 0) pivot = double.Epsilon;
            if (pivot < 0) count++;
        }

        return count;
    }
}
