using MIOpenDarts.Darts.Algorithms.DrNas;
using MIOpenDarts.Darts.Algorithms.FairDarts;
using MIOpenDarts.Darts.Relaxations;
using MIOpenDarts.Layers.Modules;
using MIOpenDarts.Layers.Randomness;

namespace MIOpenDarts.Darts.Tests.Relaxations;

public class DirichletRelaxationTests
{
    [Fact]
    public void Samples_have_the_mean_and_the_variance_of_the_distribution()
    {
        double[] concentrations = [0.2, 1, 2.5];
        var (sum, squares, sample) = (new double[3], new double[3], new double[3]);
        var random = new CounterRandom(1, RandomStream.Architecture);
        const int draws = 40_000;
        for (var i = 0; i < draws; i++)
        {
            Dirichlet.Sample(concentrations, sample, ref random);
            for (var k = 0; k < 3; k++) (sum[k], squares[k]) = (sum[k] + sample[k], squares[k] + sample[k] * sample[k]);
        }

        for (var k = 0; k < 3; k++)
        {
            const double total = 3.7;
            var mean = concentrations[k] / total;
            var variance = mean * (1 - mean) / (total + 1);
            // Five standard errors of the mean; the variance's is about as large.
            var error = 5 * Math.Sqrt(variance / draws);
            Assert.Equal(mean, sum[k] / draws, error);
            Assert.Equal(variance, squares[k] / draws - sum[k] / draws * (sum[k] / draws), error);
        }
    }

    [Fact]
    public void The_gradient_takes_the_mean_weight_where_the_mean_of_the_distribution_goes()
    {
        // E[x_k] = c_k/Σc, so the average gradient of x_0 is dE[x_0]/dα = the quotient rule times elu's slope.
        double[] alphas = [0.4, -0.7, 0.1];
        var relaxation = new DirichletRelaxation<double>(1, 3, 0);
        var (weights, diffs, mean) = (new double[3], new double[3], new double[3]);
        const int draws = 20_000;
        for (var step = 0; step < draws; step++)
        {
            relaxation.Forward(alphas, weights, new Pass(Training: true, Seed: 3, Step: step));
            relaxation.Backward(alphas, weights, [1, 0, 0], diffs);
            for (var k = 0; k < 3; k++) mean[k] += diffs[k] / draws;
        }

        var c = alphas.Select(Dirichlet.Concentration).ToArray();
        var total = c.Sum();
        double[] expected =
        [
            (total - c[0]) / (total * total) * Dirichlet.ConcentrationSlope(alphas[0]),
            -c[0] / (total * total) * Dirichlet.ConcentrationSlope(alphas[1]),
            -c[0] / (total * total) * Dirichlet.ConcentrationSlope(alphas[2]),
        ];
        for (var k = 0; k < 3; k++) Assert.Equal(expected[k], mean[k], 0.005);
    }

    [Fact]
    public void Pruned_operations_weigh_nothing_and_the_gradient_is_that_of_the_renormalised_sample()
    {
        var relaxation = new DirichletRelaxation<double>(1, 4, 0);
        double[] alphas = [0.3, 0.9, -0.2, 0.5];
        relaxation.Prune(alphas, 2);
        Assert.Equal([0, 0.9, 0, 0.5], alphas);
        Assert.Equal([false, true, false, true], relaxation.Kept.ToArray());
        var (weights, diffs) = (new double[4], new double[4]);
        relaxation.Forward(alphas, weights, new Pass(Training: true, Seed: 3));
        Assert.Equal((0, 0), (weights[0], weights[2]));
        Assert.Equal(1, weights[1] + weights[3], 12);
        // Adding one number to all weights changes nothing, since they always sum to one.
        relaxation.Backward(alphas, weights, [5, 5, 5, 5], diffs);
        Assert.All(diffs, d => Assert.Equal(0, d, 12));
        relaxation.Backward(alphas, weights, [7, 1, 7, 0], diffs);
        Assert.Equal((0, 0), (diffs[0], diffs[2]));
        Assert.True(diffs[1] > 0 && diffs[3] < 0);
    }

    [Fact]
    public void The_divergence_from_the_uniform_distribution_is_zero_there_and_has_the_slope_that_is_said()
    {
        Assert.Equal(0, Dirichlet.Divergence([1, 1, 1]), 12);
        // KL(Beta(2,1) ‖ uniform) = ln 2 − 1/2, by hand.
        Assert.Equal(Math.Log(2) - 0.5, Dirichlet.Divergence([2, 1]), 12);
        double[] c = [0.3, 2, 5];
        var gradient = new double[3];
        Dirichlet.DivergenceGradient(c, gradient);
        for (var k = 0; k < 3; k++)
        {
            double At(double h) => Dirichlet.Divergence([.. c.Select((value, i) => i == k ? value + h : value)]);
            Assert.Equal((At(1e-6) - At(-1e-6)) / 2e-6, gradient[k], 1e-7);
        }
    }

    [Fact]
    public void Both_penalties_add_the_slope_of_their_value()
    {
        double[][] alphas = [[0.3, -1.2, 0, 0.8, 2, -0.4, 1.1], [0.7, -0.1, 1.5, -2, 0.2, 0.9, -0.6]];
        foreach (var penalty in new Darts.Bilevel.IAlphaPenalty[]
            { new ZeroOnePenalty(10, false, 2), new ZeroOnePenalty(10, true, 2), new DivergencePenalty(0.01, candidates: 7, kinds: 2) })
        {
            double[][] diffs = [new double[7], new double[7]];
            penalty.AddGradient(alphas, diffs);
            for (var kind = 0; kind < 2; kind++)
                for (var i = 0; i < 7; i++)
                {
                    if (alphas[kind][i] == 0) continue;
                    double At(double h)
                    {
                        double[][] moved = [(double[])alphas[0].Clone(), (double[])alphas[1].Clone()];
                        moved[kind][i] += h;
                        return penalty.AddGradient<double>(moved, [new double[7], new double[7]]);
                    }

                    Assert.Equal((At(1e-6) - At(-1e-6)) / 2e-6, diffs[kind][i], 1e-7);
                }
        }
    }

    [Fact]
    public void The_zero_one_loss_is_the_official_mean_and_has_no_slope_where_the_search_starts()
    {
        double[][] start = [[0, 0], [0, 0]], diffs = [[0, 0], [0, 0]];
        Assert.Equal(0, new ZeroOnePenalty(10, false, 2).AddGradient(start, diffs));
        Assert.All(diffs, row => Assert.All(row, d => Assert.Equal(0, d)));
        // σ(ln 3) = ¾: −10 · mean of (¼)², and of ¼.
        var alpha = Math.Log(3);
        double[][] alphas = [[alpha, -alpha], [alpha, alpha]];
        Assert.Equal(-0.625, new ZeroOnePenalty(10, false, 2).AddGradient(alphas, [[0, 0], [0, 0]]), 12);
        Assert.Equal(-2.5, new ZeroOnePenalty(10, true, 2).AddGradient(alphas, [[0, 0], [0, 0]]), 12);
    }
}
