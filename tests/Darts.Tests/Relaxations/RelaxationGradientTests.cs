using MIOpenDarts.Darts.Algorithms;
using MIOpenDarts.Darts.Algorithms.DrNas;
using MIOpenDarts.Darts.Algorithms.FairDarts;
using MIOpenDarts.Darts.Algorithms.Gdas;
using MIOpenDarts.Darts.Bilevel;
using MIOpenDarts.Darts.Relaxations;
using MIOpenDarts.Layers.Modules;
using MIOpenDarts.Layers.Randomness;

namespace MIOpenDarts.Darts.Tests.Relaxations;

public class RelaxationGradientTests
{
    private const int Edges = 3;
    private const int Candidates = 4;
    private static readonly Pass Training = new(Training: true, Seed: 9, Epoch: 2, Step: 7);
    private static readonly double[] Alphas = Draw(1);
    private static readonly double[] Upstream = Draw(2);

    [Theory]
    [InlineData("softmax")]
    [InlineData("sigmoid")]
    [InlineData("mean of Gumbel's draws")]
    [InlineData("mean of Dirichlet's")]
    public void The_gradient_is_the_slope(string kind)
    {
        Relaxation<double> relaxation = kind switch
        {
            "softmax" => new SoftmaxRelaxation<double>(Edges, Candidates),
            "sigmoid" => new SigmoidRelaxation<double>(Edges, Candidates),
            "mean of Gumbel's draws" => new GumbelRelaxation<double>(Edges, Candidates, 0, _ => 1) { UsesExpectation = true },
            _ => new DirichletRelaxation<double>(Edges, Candidates, 0) { UsesExpectation = true },
        };
        AssertSlopes(Gradient(relaxation, Alphas), at => Weigh(relaxation, at), 1e-8);
    }

    [Fact]
    public void The_straight_through_gradient_is_the_slope_of_the_soft_weight_of_what_was_drawn()
    {
        const double temperature = 0.7;
        var relaxation = new GumbelRelaxation<double>(Edges, Candidates, kind: 0, _ => temperature);
        var gradient = Gradient(relaxation, Alphas);
        var drawn = relaxation.Drawn.ToArray();
        AssertSlopes(gradient, Soft, 1e-7);

        // The same noise as the relaxation's, in its order, by the formula of eq. (5).
        double Soft(double[] alphas)
        {
            var random = Training.Random(RandomStream.Architecture, 0);
            double sum = 0;
            for (var row = 0; row < Edges; row++)
            {
                var total = alphas.Skip(row * Candidates).Take(Candidates).Sum(Math.Exp);
                var soft = new double[Candidates];
                for (var k = 0; k < Candidates; k++)
                {
                    var gumbel = -Math.Log(-Math.Log(1 - random.NextDouble()));
                    soft[k] = Math.Exp((Math.Log(Math.Exp(alphas[row * Candidates + k]) / total) + gumbel) / temperature);
                }

                sum += Upstream[row * Candidates + drawn[row]] * soft[drawn[row]] / soft.Sum();
            }

            return sum;
        }
    }

    [Fact]
    public void A_draw_gives_one_operation_of_each_edge_the_weight_one_as_often_as_softmax_says()
    {
        var relaxation = new GumbelRelaxation<double>(1, 2, kind: 1, _ => 0.1);
        var weights = new double[2];
        double[] alphas = [0, Math.Log(3)];
        var second = 0;
        for (var step = 0; step < 4000; step++)
        {
            relaxation.Forward(alphas, weights, Training with { Step = step });
            Assert.Equal(1, weights[0] + weights[1]);
            Assert.True(relaxation.IsActive(weights[1] == 1 ? 1 : 0));
            second += (int)weights[1];
        }

        // 3000 ± 27 are expected.
        Assert.InRange(second, 2850, 3150);
        relaxation.Forward(alphas, weights, Pass.Inference);
        Assert.Equal([0.0, 1.0], weights);
    }

    [Theory]
    [InlineData(1e-310, 0)]
    [InlineData(1, double.NaN)]
    [InlineData(1, double.PositiveInfinity)]
    public void A_draw_that_cannot_be_finite_is_drawn_again_and_at_last_told(double temperature, double alpha)
    {
        var relaxation = new GumbelRelaxation<double>(1, 2, 0, _ => temperature);
        Assert.Throws<RunDivergedException>(() => relaxation.Forward([alpha, 1], new double[2], Training));
    }

    [Fact]
    public void A_draw_with_an_infinite_logit_is_drawn_again()
    {
        // Below 1e-308 the noise divided by the temperature overflows where it is more than 1.8 from zero, which one number in six is.
        var relaxation = new GumbelRelaxation<double>(1, 2, 0, _ => 1e-308);
        var weights = new double[2];
        var again = 0;
        for (var step = 0; step < 50; step++)
        {
            relaxation.Forward([0, 0], weights, Training with { Step = step });
            Assert.Equal(1, weights[0] + weights[1]);
            var first = (Training with { Step = step }).Random(RandomStream.Architecture, 0);
            if (!relaxation.TryDraw([0, 0], ref first)) again++;
        }

        Assert.InRange(again, 1, 49);
    }

    [Fact]
    public void The_temperature_falls_linearly_from_the_first_to_the_last_epoch()
    {
        var options = new GdasAlgorithm().Paper with { Epochs = 100 };
        Assert.Equal([10, 5.05, 0.1], new[] { 0, 49.5, 99 }.Select(e => e == 49.5
            ? (GdasAlgorithm.Temperature(options, 49) + GdasAlgorithm.Temperature(options, 50)) / 2
            : GdasAlgorithm.Temperature(options, (int)e)), new Close(1e-12));
    }

    internal static double[] Gradient(Relaxation<double> relaxation, double[] alphas)
    {
        var (weights, diffs) = (new double[alphas.Length], new double[alphas.Length]);
        relaxation.Forward(alphas, weights, Training);
        relaxation.Backward(alphas, weights, Upstream, diffs);
        return diffs;
    }

    private static double Weigh(Relaxation<double> relaxation, double[] alphas)
    {
        var weights = new double[alphas.Length];
        relaxation.Forward(alphas, weights, Training);
        return weights.Zip(Upstream, (w, d) => w * d).Sum();
    }

    private static void AssertSlopes(double[] gradient, Func<double[], double> value, double tolerance)
    {
        const double h = 1e-6;
        for (var i = 0; i < gradient.Length; i++)
        {
            double At(double change) => value([.. Alphas.Select((a, j) => j == i ? a + change : a)]);
            Assert.Equal((At(h) - At(-h)) / (2 * h), gradient[i], tolerance);
        }
    }

    private static double[] Draw(int index)
    {
        var random = new CounterRandom(4, RandomStream.Weights, 0, index);
        var values = new double[Edges * Candidates];
        for (var i = 0; i < values.Length; i++) values[i] = random.NextNormal();
        return values;
    }

    private sealed class Close(double tolerance) : IEqualityComparer<double>
    {
        public bool Equals(double x, double y) => Math.Abs(x - y) <= tolerance;

        public int GetHashCode(double value) => 0;
    }
}
