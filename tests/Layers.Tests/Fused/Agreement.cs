using MIOpenDarts.Layers.Backends;

namespace MIOpenDarts.Layers.Tests.Fused;

/// <summary>
/// Compares what a backend computed in single precision with what the composed form computes in double on the reference backend. With u the
/// unit roundoff, n rounded terms on the way to a number and M from <see cref="MagnitudeBackend"/>, the error stays below λ·√n·u·M with a
/// probability of 1 − 2·exp(−λ²/2) for any order of the sums (Higham and Mary 2019, "A new approach to probabilistic rounding error
/// analysis"): all but 3e-14 for λ = 8. M is the largest of a tensor, as sums in Winograd's form have terms of their neighbours.
/// </summary>
internal static class Agreement
{
    private const double Lambda = 8;

    private const double Roundoff = 1.0 / (1 << 24);

    public static void Check(
        Backend<float> backend, bool weightGradients, string what, Func<Backend<float>, FusedSetup<float>> make, Func<Backend<double>,
        FusedSetup<double>> makeExpected)
    {
        using var reference = new ExactBackend();
        using var magnitudes = new MagnitudeBackend(reference.Statistics);
        using var actual = make(backend);
        using var expected = makeExpected(reference);
        actual.Run(weightGradients);
        expected.Run(weightGradients);
        var unit = Lambda * Math.Sqrt(expected.Terms) * Roundoff;
        var values = actual.Results().Zip(expected.Results(), (a, e) => (a.Name, Actual: a.Values, Expected: e.Values)).ToArray();
        // A magnitude is at least the number itself, so that those need not be computed for what agrees already within that.
        if (values.All(v => Furthest(v.Actual, v.Expected).Error <= unit * v.Expected.Max(Math.Abs))) return;
        using var largest = makeExpected(magnitudes);
        largest.Run(weightGradients);
        foreach (var ((name, a, e), (_, m)) in values.Zip(largest.Results()))
        {
            var (error, i) = Furthest(a, e);
            if (!(error <= unit * m.Max()))
                throw new InvalidOperationException($"{what}: {name}[{i}] is {a[i]}, not {e[i]} (tolerance {unit * m.Max():E1}).");
        }
    }

    private static (double Error, int At) Furthest(double[] actual, double[] expected)
    {
        var (error, at) = (0.0, 0);
        for (var i = 0; i < expected.Length; i++)
        {
            var distance = Math.Abs(actual[i] - expected[i]);
            if (!(distance <= error)) (error, at) = (double.IsNaN(distance) ? double.PositiveInfinity : distance, i);
        }

        return (error, at);
    }
}
