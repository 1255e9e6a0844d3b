using MIOpenDarts.Darts.Relaxations;

namespace MIOpenDarts.Darts.Algorithms.DrNas;

/// <summary>The logarithm of the gamma function and its first two derivatives, for positive arguments, to about 1e-14 relative.</summary>
/// <remarks>The argument is raised to at least ten by the recurrence Γ(x + 1) = x·Γ(x), where Stirling's series has converged.</remarks>
internal static class GammaFunctions
{
    private const double Asymptotic = 10;

    /// <summary>ln Γ(x).</summary>
    /// <exception cref="ArgumentOutOfRangeException">x is not positive.</exception>
    public static double LogGamma(double x)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(x);
        double product = 0;
        for (; x < Asymptotic; x++) product -= Math.Log(x);
        var r = 1 / (x * x);
        var series = (1.0 / 12 - r * (1.0 / 360 - r * (1.0 / 1260 - r * (1.0 / 1680 - r * (1.0 / 1188 - r * 691 / 360360))))) / x;
        return product + (x - 0.5) * Math.Log(x) - x + 0.5 * Math.Log(2 * Math.PI) + series;
    }

    /// <summary>ψ(x) = d ln Γ(x)/dx.</summary>
    /// <exception cref="ArgumentOutOfRangeException">x is not positive.</exception>
    public static double Digamma(double x)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(x);
        double sum = 0;
        for (; x < Asymptotic; x++) sum -= 1 / x;
        var r = 1 / (x * x);
        var series = r * (1.0 / 12 - r * (1.0 / 120 - r * (1.0 / 252 - r * (1.0 / 240 - r * (1.0 / 132 - r * 691 / 32760)))));
        return sum + Math.Log(x) - 0.5 / x - series;
    }

    /// <summary>ψ′(x).</summary>
    /// <exception cref="ArgumentOutOfRangeException">x is not positive.</exception>
    public static double Trigamma(double x)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(x);
        double sum = 0;
        for (; x < Asymptotic; x++) sum += 1 / (x * x);
        var r = 1 / (x * x);
        var series = r * (1.0 / 6 - r * (1.0 / 30 - r * (1.0 / 42 - r * (1.0 / 30 - r * (5.0 / 66 - r * 691 / 2730))))) / x;
        return sum + 1 / x + 0.5 * r + series;
    }
}
