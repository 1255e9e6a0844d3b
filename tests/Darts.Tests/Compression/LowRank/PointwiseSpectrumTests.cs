using MathNet.Numerics.LinearAlgebra;
using MIOpenDarts.Darts.Compression.LowRank;
using MIOpenDarts.Layers.Randomness;

namespace MIOpenDarts.Darts.Tests.Compression.LowRank;

/// <summary>Factors of a 1x1 convolution lose what its singular values say, and no others lose less.</summary>
public class PointwiseSpectrumTests
{
    [Fact]
    public void What_a_rank_loses_is_what_the_singular_values_left_out_say()
    {
        // With E[x·xᵀ] = 1 the theorem of Eckart and Young: ‖W − Wᵣ‖² = Σ dropped σ².
        const int O = 9, I = 14;
        var weights = DrawnMatrix.Of(O, I, 2);
        var spectrum = PointwiseSpectrum.From(DrawnMatrix.Flat(weights), I, DrawnMatrix.Identity(I));
        var sigma = Matrix<double>.Build.DenseOfArray(ToDouble(spectrum.Weights, O, I)).Svd(computeVectors: false).S;
        var whole = sigma.Sum(s => s * s);
        for (var rank = 1; rank <= O; rank++)
        {
            var dropped = sigma.Skip(rank).Sum(s => s * s);
            Assert.Equal(dropped / whole, spectrum.Loss(rank), 1e-12);
            Assert.Equal(dropped / whole, Error(spectrum, rank, DrawnMatrix.Identity(I)) / whole, 1e-6);
            // And in the spectral norm ‖W − Wᵣ‖ = the first of those left out.
            var rest = Matrix<double>.Build.Dense(O, I, (o, i) => spectrum.Weights[o * I + i] - Cut(spectrum, rank, o, i));
            Assert.Equal(rank < O ? sigma[rank] : 0, rest.L2Norm(), 1e-5 * sigma[0]);
        }
    }

    [Fact]
    public void Factors_made_for_the_data_lose_on_it_what_is_foretold_and_less_than_those_made_without()
    {
        const int O = 8, I = 12;
        var weights = DrawnMatrix.Flat(DrawnMatrix.Of(O, I, 3));
        var mixing = DrawnMatrix.Of(I, I, 4);
        var moment = new SecondMoment(I);
        for (var n = 0; n < 500; n++) moment.Add(Mixed(mixing, n));
        var factor = moment.Factor();
        var (aware, plain) = (PointwiseSpectrum.From(weights, I, factor), PointwiseSpectrum.From(weights, I, DrawnMatrix.Identity(I)));
        var whole = aware.Decomposition.Values.Sum(s => s * s);
        for (var rank = 1; rank < O; rank++)
        {
            double measured = 0, other = 0;
            for (var n = 0; n < 500; n++)
            {
                var x = Mixed(mixing, n);
                measured += Difference(aware, rank, x) / 500;
                other += Difference(plain, rank, x) / 500;
            }

            Assert.Equal(aware.Loss(rank) * whole, measured, 1e-5 * whole);
            Assert.True(measured <= other * (1 + 1e-5), $"rank {rank}: {measured} and {other}");
        }
    }

    [Fact]
    public void A_channel_that_is_always_zero_breaks_nothing()
    {
        const int I = 6;
        var moment = new SecondMoment(I);
        for (var n = 0; n < 50; n++)
        {
            var x = Mixed(DrawnMatrix.Of(I, I, 5), n);
            (x[2], x[4]) = (0, 2 * x[1]);
            moment.Add(x);
        }

        var spectrum = PointwiseSpectrum.From(DrawnMatrix.Flat(DrawnMatrix.Of(5, I, 6)), I, moment.Factor());
        Assert.All(spectrum.Decomposition.Values, value => Assert.True(double.IsFinite(value)));
        Assert.All(spectrum.Factors(3).First, value => Assert.True(float.IsFinite(value)));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void Moments_are_those_of_the_pixels_that_a_stride_leaves(int stride)
    {
        const int Images = 2, C = 3, H = 5, W = 4;
        var values = DrawnMatrix.Flat(DrawnMatrix.Of(Images * C, H * W, 7));
        var (moment, picked) = (new SecondMoment(C), new SecondMoment(C));
        moment.Add(values, Images, H, W, stride);
        for (var n = 0; n < Images; n++)
            for (var pixel = 0; pixel < H * W; pixel++)
            {
                if (pixel / W % stride != 0 || pixel % W % stride != 0) continue;
                picked.Add(Array.ConvertAll([0, 1, 2], c => (double)values[(n * C + c) * H * W + pixel]));
            }

        Assert.Equal(picked.Factor(), moment.Factor());
    }

    // One number of the product of both factors.
    private static double Cut(PointwiseSpectrum spectrum, int rank, int o, int i)
    {
        var (first, second) = spectrum.Factors(rank);
        return Enumerable.Range(0, rank).Sum(r => (double)second[o * rank + r] * first[r * spectrum.Inputs + i]);
    }

    private static double Error(PointwiseSpectrum spectrum, int rank, double[,] factor)
    {
        var inputs = factor.GetLength(0);
        double sum = 0;
        for (var i = 0; i < inputs; i++)
        {
            var x = new double[inputs];
            for (var k = 0; k < inputs; k++) x[k] = factor[k, i];
            sum += Difference(spectrum, rank, x);
        }

        return sum;
    }

    private static double Difference(PointwiseSpectrum spectrum, int rank, double[] x)
    {
        var (first, second) = spectrum.Factors(rank);
        var (inputs, sum) = (spectrum.Inputs, 0.0);
        var middle = Enumerable.Range(0, rank).Select(r => Enumerable.Range(0, inputs).Sum(i => first[r * inputs + i] * x[i])).ToArray();
        for (var o = 0; o < spectrum.Outputs; o++)
        {
            var y = Enumerable.Range(0, inputs).Sum(i => spectrum.Weights[o * inputs + i] * x[i]);
            var d = y - Enumerable.Range(0, rank).Sum(r => second[o * rank + r] * middle[r]);
            sum += d * d;
        }

        return sum;
    }

    private static double[] Mixed(double[,] mixing, int key)
    {
        var random = new CounterRandom(9, RandomStream.Augmentation, 0, key);
        var z = new double[mixing.GetLength(0)];
        for (var i = 0; i < z.Length; i++) z[i] = random.NextNormal() / (1 + i);
        return [.. Enumerable.Range(0, z.Length).Select(i => Enumerable.Range(0, z.Length).Sum(k => mixing[i, k] * z[k]))];
    }

    private static double[,] ToDouble(float[] values, int rows, int columns)
    {
        var matrix = new double[rows, columns];
        for (var i = 0; i < values.Length; i++) matrix[i / columns, i % columns] = values[i];
        return matrix;
    }
}
