using MIOpenDarts.Darts.Bilevel;
using MIOpenDarts.Darts.Supernets;
using MIOpenDarts.Darts.Tests.Supernets;
using MIOpenDarts.Layers.Backends.Cpu;
using MIOpenDarts.Layers.Modules;
using MIOpenDarts.Layers.Optimisers;

namespace MIOpenDarts.Darts.Tests.Search;

public class StepAllocationTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_search_step_allocates_nothing_after_the_first(bool unrolled)
    {
        using var backend = CpuBackend.Create(2);
        using var small = new SmallSupernet<float>(backend, new SupernetShape(3, 12, 12, 3, 4, 3), CellForm.Shared, 4);
        var net = small.Net;
        var sgd = new Sgd<float>(backend, net.Parameters, 0.9, 3e-4);
        var architect = new Architect<float>(net, sgd, [.. net.Alphas.Select(a => new Adam<float>(a.Length, 3e-4, 0.5, 0.999, 1e-3))],
            unrolled);
        for (var i = 0; i < 2; i++) Step();
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 3; i++) Step();
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);

        void Step()
        {
            var pass = new Pass(Training: true);
            architect.Step(small.Batch, small.Batch, 0.01, pass);
            net.Evaluate(small.Batch, pass);
            sgd.Clip(5);
            sgd.Step(0.01);
        }
    }
}
