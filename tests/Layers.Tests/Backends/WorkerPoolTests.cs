using MIOpenDarts.Layers.Backends.Cpu.Threads;
using MIOpenDarts.Layers.Randomness;

namespace MIOpenDarts.Layers.Tests.Backends;

public unsafe class WorkerPoolTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(5)]
    public void Every_item_runs_exactly_once(int threads)
    {
        using var team = new WorkerPool(threads);
        var random = new CounterRandom(1, RandomStream.Weights);
        var runs = stackalloc int[300];
        for (var piece = 0; piece < 3000; piece++)
        {
            new Span<int>(runs, 300).Clear();
            var items = random.NextInt32(300);
            var work = new Counting { Runs = runs, Threads = threads };
            team.Run(items, ref work);
            for (var i = 0; i < 300; i++) Assert.Equal(i < items ? 1 : 0, runs[i]);
            if (piece % 1000 == 0) WaitUntilAllSleep(team);
        }
    }

    [Fact]
    public void An_image_stays_with_its_thread_in_every_row()
    {
        var threads = stackalloc int[6];
        for (var piece = 0; piece < 200; piece++)
        {
            // A thread that still looks for work of an earlier piece may begin the next one by helping, and then both would wait for ever.
            using var team = new WorkerPool(2);
            var work = new Meeting { Threads = threads, Items = 6, Row = 2 };
            new Span<int>(threads, 6).Fill(-1);
            team.Run(6, ref work, row: 2);
            Assert.Equal([0, 1, 0, 1, 0, 1], new Span<int>(threads, 6).ToArray());
        }
    }

    [Fact]
    public void A_thread_that_is_done_helps_the_other()
    {
        using var team = new WorkerPool(2);
        var threads = stackalloc int[8];
        for (var piece = 0; piece < 200; piece++)
        {
            new Span<int>(threads, 8).Fill(-1);
            var work = new Waiting { Threads = threads, Items = 8 };
            team.Run(8, ref work);
            Assert.DoesNotContain(-1, new Span<int>(threads, 8).ToArray());
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void An_exception_surfaces_and_the_team_goes_on(int threads)
    {
        using var team = new WorkerPool(threads);
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
        // It returns when the threads have ended: one that does not would be waited for without end.
        new WorkerPool(4).Dispose();
        var sleeping = new WorkerPool(4);
        WaitUntilAllSleep(sleeping);
        sleeping.Dispose();
        Assert.Equal(0, sleeping.Parked);
    }

    private static void WaitUntilAllSleep(WorkerPool team)
    {
        while (team.Parked < team.Threads - 1) Thread.Yield();
    }

    private struct Counting : IParallelBody
    {
        public int* Runs;
        public int Threads;

        public void Run(int item, int thread) => Runs[item] += (uint)thread < (uint)Threads ? 1 : 1000;
    }

    // An item waits for the other of its row, so that one thread cannot do both.
    private struct Meeting : IParallelBody
    {
        public int* Threads;
        public int Items, Row;

        public readonly void Run(int item, int thread)
        {
            Volatile.Write(ref Threads[item], thread);
            var other = item / Row * Row + (item + 1) % Row;
            while (Volatile.Read(ref Threads[other]) < 0) Thread.SpinWait(1);
        }
    }

    // The first item that the second thread takes waits for all others.
    private struct Waiting : IParallelBody
    {
        public int* Threads;
        public int Items;

        public readonly void Run(int item, int thread)
        {
            for (var other = 0; other < Items && item == Items / 2; other++)
                while (other != item && Volatile.Read(ref Threads[other]) < 0) Thread.SpinWait(1);
            Volatile.Write(ref Threads[item], thread);
        }
    }

    private struct Failing : IParallelBody
    {
        public int Item;

        public readonly void Run(int item, int thread)
        {
            if (item == Item) throw new NotSupportedException($"item {item}");
        }
    }
}
