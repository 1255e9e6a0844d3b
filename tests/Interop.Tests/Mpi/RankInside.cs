using MIOpenDarts.Interop.Mpi;

namespace MIOpenDarts.Interop.Tests.Mpi;

/// <summary>Runs in every rank. MPI is initialised once in a process and for one thread, so all of it is one test.</summary>
public sealed class RankInside
{
    [RankFact]
    public void Ranks_exchange_what_they_have()
    {
        Exception? failure = null;
        var thread = new Thread(() =>
        {
            try
            {
                Talk();
            }
            catch (Exception e)
            {
                failure = e;
            }
        });
        thread.Start();
        thread.Join();
        if (failure is null) return;
        Console.Error.WriteLine(failure.ToString().ReplaceLineEndings(" "));
        // The launcher ends the other ranks, which may wait for this one.
        Environment.Exit(1);
    }

    private static void Talk()
    {
        var launcher = Launcher.Detect(Environment.GetEnvironmentVariable)!;
        using var world = MpiWorld.Open(launcher);
        Assert.Equal((launcher.Rank, launcher.Size), (world.Rank, world.Size));
        Assert.Equal((world.Rank, world.Size), (world.LocalRank, world.OnMachine.Count));
        Assert.Contains(launcher.Family == MpiFamily.OpenMpi ? "Open MPI" : "MPICH", world.Library, StringComparison.Ordinal);
        Assert.NotEmpty(world.Node);
        world.Barrier();
        Assert.Equal(world.Size - 1, world.Max(world.Rank));
        Gathers<byte>(world, number => (byte)number);
        Gathers<int>(world, number => number << 20);
        Gathers<long>(world, number => (long)number << 40);
        Gathers<float>(world, number => number / 8f);
        Gathers<double>(world, number => number / 1024d);
        Turns(world);
        Broadcasts(world);
        ANullReferenceIsAnExceptionStill();
        FailuresHaveTheNameOfTheCall(world);
        Assert.Throws<InvalidOperationException>(() => OnAnotherThread(world.Barrier));
        Assert.Throws<InvalidOperationException>(() => MpiWorld.Open(launcher));
    }

    // Rank r has r + 1 elements.
    private static void Gathers<T>(MpiWorld world, Func<int, T> element)
        where T : unmanaged
    {
        int[] counts = [.. Enumerable.Range(1, world.Size)];
        int[] starts = [.. counts.Select((_, rank) => counts[..rank].Sum())];
        var data = new T[counts.Sum()];
        for (var i = starts[world.Rank]; i < starts[world.Rank] + counts[world.Rank]; i++) data[i] = element(i);
        world.AllGather<T>(data, counts, starts);
        Assert.Equal(Enumerable.Range(0, data.Length).Select(element), data);
        Assert.Throws<ArgumentException>(() => world.AllGather<T>(data.AsSpan(1), counts, starts));
    }

    // Rank r gives rank q the number 100 r + q, q + 1 times.
    private static void Turns(MpiWorld world)
    {
        int[] given = [.. Enumerable.Range(1, world.Size)];
        int[] taken = [.. given.Select(_ => world.Rank + 1)];
        var src = given.SelectMany((count, to) => Enumerable.Repeat((100f * world.Rank) + to, count)).ToArray();
        var dst = new float[taken.Sum()];
        world.AllToAll<float>(src, given, Starts(given), dst, taken, Starts(taken));
        Assert.Equal(taken.SelectMany((count, from) => Enumerable.Repeat((100f * from) + world.Rank, count)), dst);
    }

    private static void Broadcasts(MpiWorld world)
    {
        var data = new[] { 1L + world.Rank, 2L };
        world.Broadcast<long>(data, world.Size - 1);
        Assert.Equal([world.Size, 2L], data);
    }

    // UCX, which MPICH loads, would end the process here without UCX_ERROR_SIGNALS.
    private static void ANullReferenceIsAnExceptionStill()
    {
        string? nothing = Environment.GetEnvironmentVariable("MIOPENDARTS_NO_SUCH_VARIABLE");
        Assert.Throws<NullReferenceException>(() => nothing!.Length);
    }

    private static void FailuresHaveTheNameOfTheCall(MpiWorld world)
    {
        var failure = Assert.Throws<MpiException>(() => world.Broadcast<byte>(new byte[1], world.Size));
        Assert.Equal("MPI_Bcast", failure.Call);
        Assert.StartsWith($"MPI_Bcast failed with MPI status {failure.Status}: ", failure.Message, StringComparison.Ordinal);
        Assert.Contains("root", failure.Message, StringComparison.OrdinalIgnoreCase);
    }

    private static void OnAnotherThread(Action action)
    {
        Exception? thrown = null;
        var thread = new Thread(() => thrown = Record.Exception(action));
        thread.Start();
        thread.Join();
        if (thrown is not null) throw thrown;
    }

    private static int[] Starts(int[] counts) => [.. counts.Select((_, i) => counts[..i].Sum())];
}
