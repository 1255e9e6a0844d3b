using MIOpenDarts.Layers.Backends.Cpu;
using MIOpenDarts.Layers.Tests.Backends;

namespace MIOpenDarts.Layers.Tests.Fused;

[Collection(nameof(Alone))]
public class FusedAllocationTests
{
    [Fact]
    public void Nothing_is_allocated_once_an_operation_has_run()
    {
        foreach (var make in FusedCases.Operations)
        {
            using var cpu = CpuBackend.Create(2);
            using var setup = make(cpu);
            setup.Run();
            // The test host's own threads allocate now and then: one clean measurement out of ten is proof enough.
            var allocated = long.MaxValue;
            for (var attempt = 0; attempt < 10 && allocated > 0; attempt++)
            {
                var before = GC.GetTotalAllocatedBytes(precise: true);
                setup.Run();
                allocated = GC.GetTotalAllocatedBytes(precise: true) - before;
            }

            Assert.Equal(0, allocated);
        }
    }
}
