using MIOpenDarts.Layers.Backends.Cpu;
using MIOpenDarts.Layers.Backends.Cpu.Threads;
using MIOpenDarts.Layers.Tests.Backends;

namespace MIOpenDarts.Layers.Tests.Fused;

public class FusedAllocationTests
{
    [Fact]
    public void Nothing_is_allocated_once_an_operation_has_run()
    {
        foreach (var make in FusedCases.Operations)
        {
            var team = new WorkerPool(2);
            using var cpu = CpuBackend.Create(team);
            using var setup = make(cpu);
            setup.Run();
            var allocations = new ThreadAllocations(team);
            allocations.Start();
            setup.Run();
            Assert.All(allocations.SinceStart(), bytes => Assert.Equal(0, bytes));
        }
    }
}
