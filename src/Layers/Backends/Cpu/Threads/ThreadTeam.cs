using System.Runtime.ExceptionServices;

namespace MIOpenDarts.Layers.Backends.Cpu.Threads;

/// <summary>Work cut into items that may run in any order and on any thread: an item's result must not depend on either.</summary>
internal interface IWork
{
    /// <summary>Does one item. <paramref name="thread"/> names the caller's scratch memory, 0 … threads − 1.</summary>
    void Run(int item, int thread);
}

/// <summary>
/// A fixed team of threads that share the items of one piece of work at a time. How the items are cut depends on the shapes alone,
/// never on the number of threads, and sums over items are made in item order by the caller: that is what keeps results equal bit by
/// bit for every team. Handing out work allocates nothing.
/// </summary>
internal sealed unsafe class ThreadTeam : IDisposable
{
    private const int SpinsBeforeParking = 2000;
    private readonly Thread[] workers;
    private readonly SemaphoreSlim parking = new(0);
    private delegate*<void*, int, int, void> run;
    private void* context;
    private int items;

    // High half: number of the piece of work; low half: items not yet taken. One word, so that a thread that comes late cannot take
    // an item of the next piece with the context of the last.
    private long state;
    private int completed;
    private int parked;
    private volatile bool stopping;
    private Exception? failure;

    /// <summary>A team of <paramref name="threads"/>, the calling thread included.</summary>
    public ThreadTeam(int threads)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(threads);
        Threads = threads;
        workers = new Thread[threads - 1];
        for (var i = 0; i < workers.Length; i++)
        {
            var index = i + 1;
            workers[i] = new Thread(() => Serve(index)) { IsBackground = true, Name = $"kernel {index}" };
            workers[i].Start();
        }
    }

    /// <summary>Threads, the caller included.</summary>
    public int Threads { get; }

    /// <summary>Runs items 0 … count − 1 and returns when all are done.</summary>
    /// <remarks>What an item throws is thrown here, once no thread works on the piece any more.</remarks>
    public void Run<TWork>(int count, ref TWork work)
        where TWork : unmanaged, IWork
    {
        if (count <= 0) return;
        if (workers.Length == 0 || count == 1)
        {
            for (var i = 0; i < count; i++) work.Run(i, 0);
            return;
        }

        fixed (TWork* pointer = &work)
        {
            context = pointer;
            run = &Invoke<TWork>;
            items = count;
            completed = 0;
            var piece = (Volatile.Read(ref state) >> 32) + 1;
            Interlocked.Exchange(ref state, (piece << 32) | (uint)count);
            var sleeping = Volatile.Read(ref parked);
            if (sleeping > 0) parking.Release(sleeping);
            while (TakeOne(0))
            {
            }

            var spin = new SpinWait();
            while (Volatile.Read(ref completed) < count) spin.SpinOnce(sleep1Threshold: -1);
        }

        if (failure is { } e)
        {
            failure = null;
            ExceptionDispatchInfo.Throw(e);
        }
    }

    /// <summary>Ends the threads.</summary>
    public void Dispose()
    {
        if (stopping) return;
        stopping = true;
        parking.Release(workers.Length + 1);
        foreach (var worker in workers) worker.Join();
        parking.Dispose();
    }

    private static void Invoke<TWork>(void* work, int item, int thread)
        where TWork : unmanaged, IWork => ((TWork*)work)->Run(item, thread);

    private bool TakeOne(int thread)
    {
        while (true)
        {
            var seen = Volatile.Read(ref state);
            var left = (uint)seen;
            if (left == 0) return false;
            if (Interlocked.CompareExchange(ref state, seen - 1, seen) != seen) continue;
            try
            {
                run(context, items - (int)left, thread);
            }
            catch (Exception e)
            {
                // The caller's own item may not end the piece either: other threads still read the work on its stack.
                failure = e;
            }

            Interlocked.Increment(ref completed);
            return true;
        }
    }

    private void Serve(int thread)
    {
        var idle = 0;
        while (!stopping)
        {
            if (TakeOne(thread))
            {
                idle = 0;
            }
            else if (++idle < SpinsBeforeParking)
            {
                Thread.SpinWait(8);
            }
            else
            {
                idle = 0;
                Interlocked.Increment(ref parked);
                if ((uint)Volatile.Read(ref state) == 0 && !stopping) parking.Wait();
                Interlocked.Decrement(ref parked);
            }
        }
    }
}
