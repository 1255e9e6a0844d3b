using MIOpenDarts.Darts.Algorithms;
using MIOpenDarts.Darts.Algorithms.PcDarts;
using MIOpenDarts.Darts.Supernets;
using MIOpenDarts.Layers.Backends.Cpu;

namespace MIOpenDarts.Darts.Tests.Algorithms;

public class PcDartsTests
{
    [Fact]
    public void The_papers_supernet_has_its_number_of_parameters()
    {
        var pc = new PcDartsAlgorithm();
        using var backend = CpuBackend.Create(1);
        using var net = new Supernet<float>(backend, new SupernetShape(3, 32, 32, 10, 16, 8), space: pc.Space(pc.Paper, 0));
        Assert.Equal(299_578, net.Parameters.Count);
        Assert.Equal([112, 112, 14, 14], net.Alphas.Select(a => a.Length));
    }

    [Fact]
    public void Partial_channels_need_less_memory_and_the_forecast_grows_with_the_batch()
    {
        var pc = new PcDartsAlgorithm();
        using var backend = CpuBackend.Create(1);
        long Forecast(SearchSpace space, int batch)
        {
            using var net = new Supernet<float>(backend, new SupernetShape(3, 32, 32, 10, 16, 8), space: space);
            return net.ForecastBytes(batch);
        }

        var partial = Forecast(pc.Space(pc.Paper, 0), 64);
        Assert.InRange(partial, 1, Forecast(SearchSpace.Darts, 64) / 2);
        Assert.Equal(4.0, Forecast(pc.Space(pc.Paper, 0), 256) / (double)partial, 0.05);
    }
}
