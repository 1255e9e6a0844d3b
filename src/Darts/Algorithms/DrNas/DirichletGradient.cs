using MIOpenDarts.Darts.Relaxations;

namespace MIOpenDarts.Darts.Algorithms.DrNas;

/// <summary>
/// Implicit reparameterisation of a Dirichlet sample (Figurnov et al. 2018), in the form of the official DrNAS code: component x of a
/// sample is Beta(a, b) distributed, b being the other concentrations together, and dx/da at a fixed quantile is −(∂I_x(a, b)/∂a)/f(x).
/// </summary>
internal static class DirichletGradient
{
    private const double Precision = 1e-17;

    /// <summary>dx/da of the quantile function of Beta(a, b) at its value x in (0, 1).</summary>
    public static double OfQuantile(double x, double a, double b) => (1 - x) * Factor(x, a, b);

    /// <summary>
    /// Takes the gradient in a sample to its concentrations: d_i = dx_i/dc_i / (1 − x_i) · (dx_i − Σ_j x_j·dx_j).
    /// </summary>
    /// <param name="sample">x, which sums to one.</param>
    /// <param name="concentrations">c, positive.</param>
    /// <param name="diffSample">Gradient of the loss in x.</param>
    /// <param name="diffs">Gradient of the loss in c.</param>
    public static void Backward(
        ReadOnlySpan<double> sample, ReadOnlySpan<double> concentrations, ReadOnlySpan<double> diffSample, Span<double> diffs)
    {
        double total = 0, mean = 0;
        foreach (var c in concentrations) total += c;
        for (var i = 0; i < sample.Length; i++) mean += sample[i] * diffSample[i];
        for (var i = 0; i < sample.Length; i++)
        {
            // The only component of a row is always one, whatever its concentration.
            diffs[i] = sample.Length == 1 ? 0 : Factor(sample[i], concentrations[i], total - concentrations[i]) * (diffSample[i] - mean);
        }
    }

    /// <summary>
    /// dx/da / (1 − x). With B(x; a, b) = x^a·(1 − x)^b/a · Σ_n t_n, t_n = x^n·(a + b)_n/(a + 1)_n, the density cancels and what is left
    /// are series of terms of one sign. Above one half they are those of 1 − x, where a is the second parameter.
    /// </summary>
    private static double Factor(double x, double a, double b)
    {
        var constant = Math.Log(x) - GammaFunctions.Digamma(a) + GammaFunctions.Digamma(a + b);
        var lower = x <= 0.5;
        var (y, first) = lower ? (x, a) : (1 - x, b);
        double term = 1, slope = 0, sum = 0, slopes = 0;
        for (var n = 0; term > Precision * sum; n++)
        {
            sum += term;
            slopes += term * slope;
            slope += 1 / (a + b + n) - (lower ? 1 / (a + 1 + n) : 0);
            term *= y * (a + b + n) / (first + 1 + n);
        }

        return lower ? -x * (sum * (constant - 1 / a) + slopes) / a : x * (sum * constant + slopes) / b;
    }
}
