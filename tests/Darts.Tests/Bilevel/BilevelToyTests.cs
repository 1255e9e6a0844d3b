using MIOpenDarts.Darts.Bilevel;
using MIOpenDarts.Layers.Backends;
using MIOpenDarts.Layers.Backends.Reference;
using MIOpenDarts.Layers.Modules;
using MIOpenDarts.Layers.Optimisers;
using MIOpenDarts.Layers.Tensors;

namespace MIOpenDarts.Darts.Tests.Bilevel;

/// <summary>
/// One weight, one alpha, quadratic losses, so that everything has a closed form:
/// L_train = (w − α)², L_val = α·w + w²/2.
/// </summary>
public sealed class BilevelToyTests : IDisposable
{
    private const double W = 0.7, Alpha = 0.3, Rate = 0.05, Momentum = 0.9, Decay = 0.01, Buffer = 0.4;
    private readonly ReferenceBackend<double> backend = new();

    public void Dispose() => backend.Dispose();

    [Fact]
    public void First_order_is_the_partial_derivative_at_the_present_weight()
    {
        using var toy = new Toy(backend);
        var (architect, _) = Start(toy, unrolled: false);
        architect.Step(Toy.Train, Toy.Valid, Rate, default);
        Assert.Equal(W, toy.AlphaDiffs[0][0], 12);
    }

    [Fact]
    public void Second_order_is_the_total_derivative_through_one_training_step()
    {
        using var toy = new Toy(backend);
        var (architect, _) = Start(toy, unrolled: true);
        architect.Step(Toy.Train, Toy.Valid, Rate, default);

        // w′(α) = w − η·(momentum·buffer + 2(w − α) + decay·w), dw′/dα = 2η, so
        // d/dα L_val(w′(α), α) = w′ + (α + w′)·2η.
        var virtualW = W - Rate * (Momentum * Buffer + 2 * (W - Alpha) + Decay * W);
        Assert.Equal(virtualW + (Alpha + virtualW) * 2 * Rate, toy.AlphaDiffs[0][0], 10);
        Assert.Equal(-2 * (Alpha + virtualW), architect.ImplicitDiffs[0][0], 10);
    }

    [Fact]
    public void The_weight_comes_back_bit_for_bit()
    {
        using var toy = new Toy(backend);
        var (architect, sgd) = Start(toy, unrolled: true);
        architect.Step(Toy.Train, Toy.Valid, Rate, default);
        Assert.Equal(W, toy.Weight);
        var buffer = new double[1];
        backend.Download<double>(sgd.MomentumBuffer, buffer);
        Assert.Equal(Buffer, buffer[0]);
    }

    private (Architect<double>, Sgd<double>) Start(Toy toy, bool unrolled)
    {
        var sgd = new Sgd<double>(backend, toy.Parameters, Momentum, Decay);
        backend.Upload<double>([Buffer], sgd.MomentumBuffer);
        toy.Weight = W;
        toy.Alphas[0][0] = Alpha;
        return (new Architect<double>(toy, sgd, [new Adam<double>(1, 3e-4, 0.5, 0.999, 0)], unrolled), sgd);
    }

    private sealed class Toy : IBilevelModel<double>, IDisposable
    {
        private readonly Tensor<double> weight;

        public Toy(Backend<double> backend)
        {
            Backend = backend;
            weight = Parameters.AddParameter("w", Shape.Vector(1), Initializer.Zero);
            Parameters.Commit(backend);
        }

        public static ImageBatch<double> Train => new([], [0]);

        public static ImageBatch<double> Valid => new([], [1]);

        public Backend<double> Backend { get; }

        public ParameterSet<double> Parameters { get; } = new();

        public IReadOnlyList<double[]> Alphas { get; } = [[0.0]];

        public IReadOnlyList<double[]> AlphaDiffs { get; } = [[0.0]];

        public double Weight
        {
            get
            {
                var value = new double[1];
                Backend.Download<double>(weight, value);
                return value[0];
            }
            set => Backend.Upload<double>([value], weight);
        }

        public BatchResult Evaluate(ImageBatch<double> batch, in Pass pass)
        {
            var (w, a, train) = (Weight, Alphas[0][0], batch.Labels[0] == 0);
            if (pass.WeightGradients) Backend.Upload<double>([train ? 2 * (w - a) : a + w], weight.Diff!);
            AlphaDiffs[0][0] = train ? -2 * (w - a) : w;
            return new BatchResult(train ? (w - a) * (w - a) : a * w + w * w / 2, 0, 1);
        }

        public void Dispose() => Parameters.Dispose();
    }
}
