using MIOpenDarts.Darts.Relaxations;
using MIOpenDarts.Layers.Randomness;

namespace MIOpenDarts.Darts.Algorithms.DrNas;

/// <summary>
/// The Dirichlet distribution of DrNAS: concentrations from alphas, samples, mean and divergence from the uniform one, in double.
/// </summary>
internal static class Dirichlet
{
    /// <summary>c = elu(α) + 1, which is positive.</summary>
    public static double Concentration(double alpha) => alpha > 0 ? alpha + 1 : Math.Exp(alpha);

    /// <summary>dc/dα.</summary>
    public static double ConcentrationSlope(double alpha) => alpha > 0 ? 1 : Math.Exp(alpha);

    /// <summary>One sample: normalised Gamma variates.</summary>
    public static void Sample(ReadOnlySpan<double> concentrations, Span<double> sample, ref CounterRandom random)
    {
        // In logarithms, because a small concentration makes variates that underflow; only their ratios matter.
        var largest = double.NegativeInfinity;
        for (var k = 0; k < sample.Length; k++) largest = Math.Max(largest, sample[k] = LogGamma(concentrations[k], ref random));
        double sum = 0;
        for (var k = 0; k < sample.Length; k++) sum += sample[k] = Math.Exp(sample[k] - largest);
        for (var k = 0; k < sample.Length; k++) sample[k] /= sum;
    }

    /// <summary>c_k / Σc.</summary>
    public static void Mean(ReadOnlySpan<double> concentrations, Span<double> mean)
    {
        double sum = 0;
        foreach (var c in concentrations) sum += c;
        for (var k = 0; k < mean.Length; k++) mean[k] = concentrations[k] / sum;
    }

    /// <summary>From the gradient in the mean x to that in c: (dx_k − Σ_j x_j·dx_j) / Σc.</summary>
    public static void MeanGradient(ReadOnlySpan<double> concentrations, ReadOnlySpan<double> diffMean, Span<double> diffs)
    {
        double sum = 0, dot = 0;
        for (var k = 0; k < diffs.Length; k++) (sum, dot) = (sum + concentrations[k], dot + concentrations[k] * diffMean[k]);
        for (var k = 0; k < diffs.Length; k++) diffs[k] = (diffMean[k] - dot / sum) / sum;
    }

    /// <summary>KL(Dirichlet(c) ‖ Dirichlet(1)) of one row.</summary>
    public static double Divergence(ReadOnlySpan<double> concentrations)
    {
        double total = 0;
        foreach (var c in concentrations) total += c;
        var value = GammaFunctions.LogGamma(total) - GammaFunctions.LogGamma(concentrations.Length);
        var mean = GammaFunctions.Digamma(total);
        foreach (var c in concentrations) value += (c - 1) * (GammaFunctions.Digamma(c) - mean) - GammaFunctions.LogGamma(c);
        return value;
    }

    /// <summary>Its gradient: (c_k − 1)·ψ′(c_k) − Σ_j (c_j − 1)·ψ′(Σc).</summary>
    public static void DivergenceGradient(ReadOnlySpan<double> concentrations, Span<double> diffs)
    {
        double total = 0, excess = 0;
        foreach (var c in concentrations) (total, excess) = (total + c, excess + c - 1);
        var common = excess * GammaFunctions.Trigamma(total);
        for (var k = 0; k < diffs.Length; k++) diffs[k] = (concentrations[k] - 1) * GammaFunctions.Trigamma(concentrations[k]) - common;
    }

    /// <summary>Logarithm of a Gamma(c, 1) variate (Marsaglia and Tsang 2000); below one, Gamma(c + 1)·U^(1/c).</summary>
    private static double LogGamma(double c, ref CounterRandom random)
    {
        if (c < 1) return LogGamma(c + 1, ref random) + Math.Log(1 - random.NextDouble()) / c;
        var d = c - 1.0 / 3;
        var scale = 1 / Math.Sqrt(9 * d);
        while (true)
        {
            var x = random.NextNormal();
            var v = 1 + scale * x;
            if (v <= 0) continue;
            v = v * v * v;
            if (Math.Log(1 - random.NextDouble()) < 0.5 * x * x + d - d * v + d * Math.Log(v)) return Math.Log(d * v);
        }
    }
}
