using MIOpenDarts.Darts.Bilevel;
using MIOpenDarts.Darts.Supernets;
using MIOpenDarts.Darts.Tests.Supernets;
using MIOpenDarts.Layers.Backends.Reference;
using MIOpenDarts.Layers.Modules;
using MIOpenDarts.Layers.Optimisers;

namespace MIOpenDarts.Darts.Tests.Bilevel;

public class HessianVectorTests
{
    private const double Length = 1e-5;

    [Fact]
    public void The_product_equals_second_differences_of_the_training_loss()
    {
        using var backend = new ReferenceBackend<double>();
        using var small = new SmallSupernet<double>(backend, new SupernetShape(1, 6, 6, 3, 2, 3, Nodes: 2, Multiplier: 2), CellForm.Shared,
            3);
        var net = small.Net;
        var sgd = new Sgd<double>(backend, net.Parameters, 0.9, 3e-4);
        // A short step, because ReLUs and max pools make the loss only piecewise smooth: both sides must see the same piece.
        var architect = new Architect<double>(net, sgd, [.. net.Alphas.Select(a => new Adam<double>(a.Length, 0, 0.5, 0.999, 0))],
            unrolled: true)
        {
            PerturbationScale = Length,
        };
        architect.Step(small.Batch, small.Batch, rate: 0.01, new Pass(Training: true));

        // d²L/dα_i dv from four losses: nothing of the backward pass is used. The direction is scaled to a length that suits doubles.
        var direction = small.Values(net.Parameters.Diffs);
        var weights = small.Values(net.Parameters.Values);
        var step = Length / architect.VectorNorm;
        const double delta = 1e-5;
        for (var kind = 0; kind < 2; kind++)
            for (var i = 0; i < net.Alphas[kind].Length; i += 3)
            {
                double sum = 0;
                foreach (var (a, w) in new[] { (1, 1), (-1, -1), (1, -1), (-1, 1) })
                {
                    var alpha = net.Alphas[kind][i];
                    net.Alphas[kind][i] = alpha + a * delta;
                    backend.Upload<double>(weights.Zip(direction, (x, d) => x + w * step * d).ToArray(), net.Parameters.Values);
                    sum += a * w * small.Loss;
                    net.Alphas[kind][i] = alpha;
                }

                var expected = sum / (4 * delta * step);
                var scale = architect.ImplicitDiffs[kind].Max(Math.Abs);
                Assert.True(Math.Abs(expected - architect.ImplicitDiffs[kind][i]) < 0.01 * scale,
                    $"alpha {kind}.{i}: {architect.ImplicitDiffs[kind][i]} but {expected} by differences (largest {scale})");
            }
    }
}
