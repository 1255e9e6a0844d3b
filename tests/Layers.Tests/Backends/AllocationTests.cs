using MIOpenDarts.Layers.Backends.Cpu;
using MIOpenDarts.Layers.Backends.Cpu.Threads;

namespace MIOpenDarts.Layers.Tests.Backends;

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
            var team = new WorkerPool(threads);
            using var rig = new Rig<float>(CpuBackend.Create(team), c);
            var run = tested.Prepare(rig, c);
            run();
            var allocations = new ThreadAllocations(team);
            allocations.Start();
            for (var i = 0; i < 5; i++) run();
            Assert.All(allocations.SinceStart(), bytes => Assert.Equal(0, bytes));
        }
    }

    [Fact]
    public void What_one_thread_allocates_in_one_item_is_seen()
    {
        using var team = new WorkerPool(2);
        var allocations = new ThreadAllocations(team);
        allocations.Start();
        var work = new OneObject();
        team.Run(64, ref work);
        Assert.Equal(OneObject.Bytes, allocations.SinceStart().Sum());
    }

    private struct OneObject : IParallelBody
    {
        public const int Bytes = 24;

        public readonly void Run(int item, int thread)
        {
            if (item == 63) GC.KeepAlive(new object());
        }
    }
}
