using MIOpenDarts.Darts.Algorithms.DrNas;
using MIOpenDarts.Darts.Relaxations;

namespace MIOpenDarts.Darts.Tests.Relaxations;

public class DirichletGradientTests
{
    [Theory]
    [InlineData(1, 0, -0.5772156649015329, 1.6449340668482264)]
    [InlineData(0.5, 0.5723649429247001, -1.9635100260214235, 4.934802200544679)]
    [InlineData(10, 12.801827480081469, 2.251752589066721, 0.10516633568168575)]
    public void Gamma_functions_have_their_known_values(double x, double log, double digamma, double trigamma)
    {
        Assert.Equal(log, GammaFunctions.LogGamma(x), 12);
        Assert.Equal(digamma, GammaFunctions.Digamma(x), 12);
        Assert.Equal(trigamma, GammaFunctions.Trigamma(x), 12);
    }

    [Theory]
    [InlineData(0.2, 1.5)]
    [InlineData(0.7, 1.5)]
    [InlineData(0.001, 0.3)]
    [InlineData(0.98, 4)]
    public void Equals_the_closed_form_where_the_other_parameter_is_one(double x, double a) =>
        // I_x(a, 1) = x^a, so that x = u^(1/a) and dx/da = −x·ln(x)/a.
        Assert.Equal(-x * Math.Log(x) / a, DirichletGradient.OfQuantile(x, a, 1), 12);

    [Theory]
    [InlineData(0.2, 3)]
    [InlineData(0.7, 6)]
    [InlineData(0.97, 0.4)]
    public void Equals_the_closed_form_where_its_own_parameter_is_one_and_the_quantile_moves(double u, double b)
    {
        var x = Quantile(u, 1, b);
        Assert.Equal(1 - Math.Pow(1 - u, 1 / b), x, 10);
        Assert.Equal(Slope(u, 1, b), DirichletGradient.OfQuantile(x, 1, b), 6);
    }

    [Theory]
    [InlineData(0.1, 1.2, 6)]
    [InlineData(0.5, 1.2, 6)]
    [InlineData(0.95, 2.5, 1.5)]
    [InlineData(0.4, 3, 25)]
    [InlineData(0.6, 12, 2)]
    public void Equals_finite_differences_of_the_quantile_function(double u, double a, double b)
    {
        var x = Quantile(u, a, b);
        Assert.Equal(Slope(u, a, b), DirichletGradient.OfQuantile(x, a, b), 6);
    }

    // torch._dirichlet_grad of PyTorch 1.13 in double precision, which is a series, a rational fit or an expansion, by region.
    [Theory]
    [InlineData(0.2, 0.9, 6.2, 0.22099442535995797)]
    [InlineData(0.05, 1.3, 6.1, 0.07803030809810443)]
    [InlineData(0.6, 2.1, 5.9, 0.20931279492724003)]
    [InlineData(0.9, 1.5, 1.5, 0.5616390495903301)]
    [InlineData(0.1, 1.5, 1.5, 0.15831072066493948)]
    [InlineData(0.3, 0.4, 1.6, 1.0316726180431917)]
    [InlineData(0.02, 8, 52, 0.005702348749922955)]
    public void Equals_what_PyTorch_computes_to_its_accuracy(double x, double a, double b, double golden) =>
        Assert.Equal(golden, DirichletGradient.OfQuantile(x, a, b) / (1 - x), 2e-3 * golden);

    [Fact]
    public void A_loss_that_is_equal_in_all_components_has_no_gradient_and_neither_has_a_single_component()
    {
        var diffs = new double[3];
        DirichletGradient.Backward([0.2, 0.3, 0.5], [1, 2, 3], [7, 7, 7], diffs);
        Assert.All(diffs, d => Assert.Equal(0, d, 12));
        DirichletGradient.Backward([1], [2], [5], diffs);
        Assert.Equal(0, diffs[0]);
    }

    private static double Slope(double u, double a, double b) => (Quantile(u, a + 1e-4, b) - Quantile(u, a - 1e-4, b)) / 2e-4;

    private static double Quantile(double u, double a, double b)
    {
        var (low, high) = (0.0, 1.0);
        for (var i = 0; i < 60; i++)
        {
            var middle = (low + high) / 2;
            if (Distribution(middle, a, b) < u) low = middle;
            else high = middle;
        }

        return (low + high) / 2;
    }

    // I_x(a, b) = x^a·(1 − x)^b / (a·B(a, b)) · Σ_n x^n·(a + b)_n/(a + 1)_n.
    private static double Distribution(double x, double a, double b)
    {
        if (x > 0.5) return 1 - Distribution(1 - x, b, a);
        double term = 1, sum = 0;
        for (var n = 0; n < 2000; n++)
        {
            sum += term;
            term *= x * (a + b + n) / (a + 1 + n);
        }

        var logBeta = GammaFunctions.LogGamma(a) + GammaFunctions.LogGamma(b) - GammaFunctions.LogGamma(a + b);
        return Math.Exp(a * Math.Log(x) + b * Math.Log(1 - x) - logBeta) / a * sum;
    }
}
