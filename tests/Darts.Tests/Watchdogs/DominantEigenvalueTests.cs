using MIOpenDarts.Darts.Algorithms;
using MIOpenDarts.Darts.Bilevel;
using MIOpenDarts.Darts.Supernets;
using MIOpenDarts.Darts.Tests.Algorithms;
using MIOpenDarts.Darts.Tests.Supernets;
using MIOpenDarts.Darts.Watchdogs;
using MIOpenDarts.Layers.Backends;
using MIOpenDarts.Layers.Backends.Reference;
using MIOpenDarts.Layers.Modules;
using MIOpenDarts.Layers.Randomness;
using MIOpenDarts.Layers.Tensors;

namespace MIOpenDarts.Darts.Tests.Watchdogs;

public sealed class DominantEigenvalueTests : IDisposable
{
    private readonly ReferenceBackend<double> backend = new();

    public void Dispose() => backend.Dispose();

    [Theory]
    [InlineData(1, 1)]
    [InlineData(2, 1)]
    [InlineData(3, -1)]
    public void Twenty_products_come_within_one_percent_of_the_dense_hessian(ulong seed, int sign)
    {
        using var toy = new Toy(backend, seed, sign);
        var watch = new DominantEigenvalue<double>(toy);
        var pass = new Pass(Training: true, Seed: seed);
        var estimate = watch.Estimate(default, pass);
        var evaluations = toy.Evaluations;
        var dense = DenseHessian.Largest(toy, default, pass);
        Assert.Equal(sign, Math.Sign(dense));
        Assert.InRange(estimate / dense, 0.99, 1.01);
        Assert.InRange(watch.Products, 2, DominantEigenvalue<double>.MostProducts);
        Assert.Equal(2 * watch.Products, evaluations);
    }

    // What draws is watched by the expectation of its weights.
    [Theory]
    [MemberData(nameof(FamilySearchTests.Methods), MemberType = typeof(FamilySearchTests))]
    public void A_supernet_too(string method)
    {
        var algorithm = SearchAlgorithm.Find(method)!;
        var shape = new SupernetShape(1, 6, 6, 3, 2, 3, Nodes: 2, Multiplier: 2);
        using var small = new SmallSupernet<double>(
            backend, shape, CellForm.Shared, 3, space: new SearchSpace(algorithm.Candidates(algorithm.Paper)), relax: kind =>
                algorithm.Relax<double>(algorithm.Paper, shape.Edges, kind));
        small.Net.UseExpectation(true);
        // A short step, because ReLUs and max pools make the loss only piecewise smooth: both sides must see the same piece.
        var watch = new DominantEigenvalue<double>(small.Net) { Radius = 1e-5 };
        var estimate = watch.Estimate(small.Batch, new Pass(Training: true, Seed: 1));
        var dense = DenseHessian.Largest(small.Net, small.Batch, new Pass(Training: true));
        Assert.InRange(estimate / dense, 0.99, 1.01);
    }

    [Fact]
    public void Alphas_weights_and_statistics_are_afterwards_what_they_were()
    {
        using var small = new SmallSupernet<double>(backend, new SupernetShape(1, 6, 6, 3, 2, 3, Nodes: 2, Multiplier: 2), CellForm.Shared,
            3);
        var net = small.Net;
        net.Evaluate(small.Batch, new Pass(Training: true));
        var alphas = net.Alphas.SelectMany(vector => vector).ToArray();
        var (weights, statistics) = (small.Values(net.Parameters.Values), small.Values(net.Parameters.Buffers));
        var counters = net.Parameters.Counters.Select(counter => counter.Owner.BatchesTracked).ToArray();
        new DominantEigenvalue<double>(net).Estimate(small.Batch, new Pass(Training: true));
        Assert.Equal(alphas, net.Alphas.SelectMany(vector => vector));
        Assert.Equal(weights, small.Values(net.Parameters.Values));
        Assert.Equal(statistics, small.Values(net.Parameters.Buffers));
        Assert.Equal(counters, net.Parameters.Counters.Select(counter => counter.Owner.BatchesTracked));
    }

    [Fact]
    public void A_flat_loss_has_the_eigenvalue_zero_and_a_lost_one_has_none()
    {
        using var flat = new Toy(backend, 1, 0);
        Assert.Equal(0, new DominantEigenvalue<double>(flat).Estimate(default, new Pass(Training: true)));
        using var lost = new Toy(backend, 1, 1);
        lost.Alphas[1][2] = double.NaN;
        Assert.Equal(double.NaN, new DominantEigenvalue<double>(lost).Estimate(default, new Pass(Training: true)));
    }

    /// <summary>
    /// L(α) = ± Σ_k log(1 + exp(b_k·α)) over two vectors of alphas, with random b: convex or concave, and nowhere quadratic.
    /// </summary>
    private sealed class Toy : IBilevelModel<double>, IDisposable
    {
        private const int Terms = 12;
        private readonly double[][] b;
        private readonly int sign;

        public Toy(Backend<double> backend, ulong seed, int sign)
        {
            (Backend, this.sign) = (backend, sign);
            Parameters.AddParameter("w", Shape.Vector(1), Initializer.Zero);
            Parameters.AddBuffer("statistic", 1, Initializer.Zero);
            Parameters.Commit(backend);
            var random = new CounterRandom(seed, RandomStream.Alphas);
            b = [.. Enumerable.Range(0, Terms).Select(_ => Enumerable.Range(0, 7).Select(_ => random.NextNormal()).ToArray())];
            foreach (var vector in Alphas)
                for (var i = 0; i < vector.Length; i++) vector[i] = random.NextNormal();
        }

        public Backend<double> Backend { get; }

        public ParameterSet<double> Parameters { get; } = new();

        public IReadOnlyList<double[]> Alphas { get; } = [new double[3], new double[4]];

        public IReadOnlyList<double[]> AlphaDiffs { get; } = [new double[3], new double[4]];

        public int Evaluations { get; private set; }

        public BatchResult Evaluate(ImageBatch<double> batch, in Pass pass)
        {
            Evaluations++;
            double[] alphas = [.. Alphas[0], .. Alphas[1]], diffs = new double[7];
            double loss = 0;
            foreach (var row in b)
            {
                var x = row.Zip(alphas, (p, q) => p * q).Sum();
                loss += sign * Math.Log(1 + Math.Exp(x));
                for (var i = 0; i < diffs.Length; i++) diffs[i] += sign * row[i] / (1 + Math.Exp(-x));
            }

            diffs.AsSpan(0, 3).CopyTo(AlphaDiffs[0]);
            diffs.AsSpan(3).CopyTo(AlphaDiffs[1]);
            return new BatchResult(loss, 0, 1);
        }

        public void Dispose() => Parameters.Dispose();
    }
}
