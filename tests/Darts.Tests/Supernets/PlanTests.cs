using MIOpenDarts.Darts.Evaluation;
using MIOpenDarts.Darts.Genotypes;
using MIOpenDarts.Darts.Supernets;
using MIOpenDarts.Layers.Backends.Cpu;
using MIOpenDarts.Layers.Modules;

namespace MIOpenDarts.Darts.Tests.Supernets;

public class PlanTests
{
    private static readonly SupernetShape Shape = new(3, 12, 12, 3, 4, 3);

    [Fact]
    public void A_network_can_be_planned_anew_for_another_batch()
    {
        using var backend = CpuBackend.Create(2);
        using var six = new SmallSupernet<float>(backend, Shape, CellForm.Shared, 6);
        var expected = Logits(six);
        using var replanned = new SmallSupernet<float>(backend, Shape, CellForm.Shared, 6);
        replanned.Net.Plan(2);
        Assert.Throws<ArgumentOutOfRangeException>(() => Logits(replanned));
        replanned.Net.Plan(9);
        Assert.Equal(expected, Logits(replanned));
    }

    [Fact]
    public void The_forecast_is_what_the_plan_then_takes()
    {
        using var backend = CpuBackend.Create(1);
        using var net = new Supernet<float>(backend, Shape);
        var forecast = net.ForecastBytes(8);
        net.Plan(8);
        Assert.Equal(forecast, net.ActivationBytes);
    }

    [Fact]
    public void The_standard_supernet_needs_less_than_two_gibibytes_of_activations()
    {
        using var backend = CpuBackend.Create(1);
        using var net = new Supernet<float>(backend, new SupernetShape(3, 32, 32, 10, 16, 8));
        Assert.InRange(net.ForecastBytes(64), 1L << 30, 1880L << 20);
    }

    [Fact]
    public void A_batch_before_the_plan_is_refused_with_the_order()
    {
        using var backend = CpuBackend.Create(1);
        using var net = new Supernet<float>(backend, Shape);
        var classifier = new NetworkDescription
        {
            Network = NamedGenotypes.Get("DARTS_V2").ToString(),
            Task = new ImageTask(3, 12, 12, 3),
            InitChannels = 4,
            Layers = 3,
        };
        using var trained = classifier.Build(backend);
        var images = new float[2 * 3 * 12 * 12];
        // A forecast lays the network out, but gives it no memory.
        net.ForecastBytes(2);
        Assert.Contains("Plan", Assert.Throws<InvalidOperationException>(() => net.LoadBatch(new(images, [0, 1]))).Message);
        Assert.Contains("Plan", Assert.Throws<InvalidOperationException>(() => trained.LoadBatch(images, [0, 1])).Message);
    }

    private static double[] Logits(SmallSupernet<float> small)
    {
        small.Net.Evaluate(small.Batch, new Pass(Training: true));
        return small.Values(small.Net.Logits);
    }
}
