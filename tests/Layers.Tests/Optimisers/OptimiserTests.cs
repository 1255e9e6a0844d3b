using MIOpenDarts.Layers.Backends;
using MIOpenDarts.Layers.Backends.Reference;
using MIOpenDarts.Layers.Optimisers;
using MIOpenDarts.Layers.Tensors;

namespace MIOpenDarts.Layers.Tests.Optimisers;

public sealed class OptimiserTests : IDisposable
{
    private readonly ReferenceBackend<double> backend = new();
    private readonly ParameterSet<double> parameters = new();

    public OptimiserTests()
    {
        parameters.AddParameter("w", Shape.Vector(2), Initializer.Zero);
        parameters.Commit(backend);
        backend.Upload<double>([1, -2], parameters.Values);
        backend.Upload<double>([0.5, 0.25], parameters.Diffs);
    }

    public void Dispose()
    {
        parameters.Dispose();
        backend.Dispose();
    }

    [Fact]
    public void Sgd_with_momentum_and_decay_follows_its_recurrence()
    {
        var sgd = new Sgd<double>(backend, parameters, 0.9, 0.1);
        sgd.Step(0.1);
        // g = 0.5 + 0.1·1 = 0.6; m = 0.6; w = 1 − 0.06
        AssertValues(0.94, -2 - 0.1 * (0.25 - 0.2));
        sgd.Step(0.1);
        // g = 0.5 + 0.094 = 0.594; m = 0.54 + 0.594 = 1.134; w = 0.94 − 0.1134
        Assert.Equal(0.8266, Get(parameters.Values)[0], 12);
    }

    [Fact]
    public void Nesterov_looks_ahead()
    {
        var sgd = new Sgd<double>(backend, parameters, 0.9, 0, nesterov: true);
        sgd.Step(0.1);
        // m = 0.5; w = 1 − 0.1·(0.5 + 0.9·0.5)
        AssertValues(1 - 0.095, -2 - 0.1 * 0.25 * 1.9);
    }

    [Fact]
    public void Clipping_scales_long_gradients_and_leaves_short_ones()
    {
        var sgd = new Sgd<double>(backend, parameters, 0, 0);
        var norm = Math.Sqrt(0.25 + 0.0625);
        Assert.Equal(norm, sgd.Clip(1), 12);
        Assert.Equal([0.5, 0.25], Get(parameters.Diffs));
        Assert.Equal(norm, sgd.Clip(0.1), 12);
        Assert.Equal(0.5 * 0.1 / (norm + 1e-6), Get(parameters.Diffs)[0], 12);
    }

    [Fact]
    public void Adam_over_a_network_does_what_Adam_on_the_host_does()
    {
        var (network, host) = (new NetworkAdam<double>(backend, parameters, 0.5, 0.999, 0.1), new Adam<double>(2, 0.01, 0.5, 0.999, 0.1));
        var (values, gradients) = (Get(parameters.Values), Get(parameters.Diffs));
        for (var step = 1; step <= 3; step++)
        {
            network.Step(0.01);
            host.Step(values, gradients);
            Assert.Equal(values, Get(parameters.Values));
        }

        Assert.Equal(3, network.Steps);
        Assert.Equal(host.MeanSquare, Get(network.MeanSquare));
    }

    [Fact]
    public void Adam_takes_a_first_step_of_its_rate_against_the_sign()
    {
        var adam = new Adam<double>(2, 0.01, 0.5, 0.999, 0);
        double[] values = [1, 1];
        adam.Step(values, [3, -0.2]);
        Assert.Equal(0.99, values[0], 8);
        Assert.Equal(1.01, values[1], 6);
    }

    [Fact]
    public void Adam_couples_its_weight_decay()
    {
        // With decay inside the gradient the first step is again ± rate, whatever the decay: decoupled decay would add to it.
        var adam = new Adam<double>(1, 0.01, 0.5, 0.999, 0.1);
        double[] values = [2];
        adam.Step(values, [0]);
        Assert.Equal(1.99, values[0], 8);
    }

    [Fact]
    public void Adam_follows_its_recurrence_over_steps()
    {
        var adam = new Adam<double>(1, 0.1, 0.5, 0.9, 0);
        double[] values = [0];
        adam.Step(values, [1]);
        adam.Step(values, [-2]);
        // mean 0.5·0.5 − 0.5·2 = −0.75, corrected by 0.75; square 0.09 + 0.4 = 0.49, corrected by 0.19
        Assert.Equal(-0.1 + 0.1 * (0.75 / 0.75) / Math.Sqrt(0.49 / 0.19), values[0], 6);
    }

    private void AssertValues(double first, double second)
    {
        Assert.Equal(first, Get(parameters.Values)[0], 12);
        Assert.Equal(second, Get(parameters.Values)[1], 12);
    }

    private double[] Get(Tensor<double> tensor)
    {
        var values = new double[2];
        backend.Download<double>(tensor, values);
        return values;
    }
}
