using MIOpenDarts.Layers.Backends.Cpu;

namespace MIOpenDarts.Layers.Tests.Backends;

/// <summary>Alone, because allocations of other tests' threads count as well.</summary>
[CollectionDefinition(nameof(Alone), DisableParallelization = true)]
public class Alone;

[Collection(nameof(Alone))]
public class AllocationTests
{
    public static TheoryData<string> Operations => [.. Operation.All.Select(o => o.Name)];

    [Theory]
    [MemberData(nameof(Operations))]
    public void Nothing_is_allocated_on_the_managed_heap_after_the_first_call(string operation)
    {
        var tested = Operation.ByName(operation);
        foreach (var threads in new[] { 1, 2 })
        {
            var c = tested.Restrict(OperationCase.Typical(16));
            using var rig = new Rig<float>(CpuBackend.Create(threads), c);
            var run = tested.Prepare(rig, c);
            run();
            // The test host's own threads allocate now and then: one clean measurement out of ten is proof enough.
            var (own, all) = (long.MaxValue, long.MaxValue);
            for (var attempt = 0; attempt < 10 && all > 0; attempt++)
            {
                var (before, beforeAll) = (GC.GetAllocatedBytesForCurrentThread(), GC.GetTotalAllocatedBytes(precise: true));
                for (var i = 0; i < 5; i++) run();
                all = GC.GetTotalAllocatedBytes(precise: true) - beforeAll;
                own = GC.GetAllocatedBytesForCurrentThread() - before;
            }

            Assert.Equal((0, 0), (own, all));
        }
    }
}
