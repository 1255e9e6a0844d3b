using MIOpenDarts.Layers.Backends.Cpu.Threads;
using MIOpenDarts.Layers.Random;

namespace MIOpenDarts.Layers.Tests.Backends;

public unsafe class ThreadTeamTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(5)]
    public void Every_item_runs_exactly_once(int threads)
    {
        using var team = new ThreadTeam(threads);
        var random = new CounterRandom(1, RandomStream.Weights);
        var runs = stackalloc int[300];
        for (var piece = 0; piece < 3000; piece++)
        {
            new Span<int>(runs, 300).Clear();
            var items = random.NextInt32(300);
            var work = new Counting { Runs = runs, Threads = threads };
            team.Run(items, ref work);
            for (var i = 0; i < 300; i++) Assert.Equal(i < items ? 1 : 0, runs[i]);
            // Now and then long enough that the workers park.
            if (piece % 1000 == 0) Thread.Sleep(20);
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void An_exception_surfaces_and_the_team_goes_on(int threads)
    {
        using var team = new ThreadTeam(threads);
        for (var broken = 0; broken < 40; broken++)
        {
            var failing = new Failing { Item = broken };
            var e = Assert.Throws<NotSupportedException>(() =>
            {
                var work = failing;
                team.Run(40, ref work);
            });
            Assert.Equal($"item {broken}", e.Message);
            var sound = new Failing { Item = -1 };
            team.Run(40, ref sound);
        }
    }

    [Fact]
    public void Dispose_ends_threads_that_work_and_threads_that_sleep()
    {
        foreach (var pause in new[] { 0, 50 })
        {
            var team = new ThreadTeam(4);
            Thread.Sleep(pause);
            var dispose = new Thread(team.Dispose);
            dispose.Start();
            Assert.True(dispose.Join(TimeSpan.FromSeconds(10)), "Dispose waits for a thread that does not end.");
        }
    }

    private struct Counting : IWork
    {
        public int* Runs;
        public int Threads;

        public void Run(int item, int thread) => Runs[item] += (uint)thread < (uint)Threads ? 1 : 1000;
    }

    private struct Failing : IWork
    {
        public int Item;

        public readonly void Run(int item, int thread)
        {
            if (item == Item) throw new NotSupportedException($"item {item}");
        }
    }
}
