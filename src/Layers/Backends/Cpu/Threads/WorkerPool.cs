using System.Runtime.ExceptionServices;

namespace MIOpenDarts.Layers.Backends.Cpu.Threads;

/// <summary>Work cut into items that may run in any order and on any thread: an item's result must not depend on either.</summary>
internal interface IParallelBody
{
    /// <summary>Does one item. <paramref name="thread"/> names the caller's scratch memory, 0 … threads − 1.</summary>
    void Run(int item, int thread);
}

/// <summary>
/// A fixed team of threads that share the items of one piece of work at a time. Each begins with its own share (see
/// <see cref="StaticPartition"/>) and then helps the others with theirs. How the items are cut depends on the shapes alone, never on the
/// number of threads, and sums over items are made in item order by the caller: that is what keeps results equal bit by bit for every team.
/// Handing out work allocates nothing.
/// </summary>
internal sealed unsafe class WorkerPool : IDisposable
{
    private const int SpinsBeforeParking = 2000;

    // Two cache lines: processors fetch them in pairs.
    private const int Apart = 16;
    private readonly Thread[] workers;
    private readonly SemaphoreSlim parking = new(0);

    // Of each thread's share, high half: number of the piece of work; low half: items not yet taken. One word, so that a thread that comes
    // late cannot take an item of the next piece with the context of the last. Words lie apart, as those that two cores write travel
    // between them.
    private readonly long[] left;

    // Items that each thread has done since the team was made.
    private readonly long[] done;
    private delegate*<void*, int, int, void> run;
    private void* context;
    private StaticPartition shares;
    private long piece;
    private long handedOut;
    private int parked;
    private volatile bool stopping;
    private Exception? failure;

    /// <summary>A team of <paramref name="threads"/>, the calling thread included.</summary>
    public WorkerPool(int threads)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(threads);
        Threads = threads;
        (left, done) = (new long[(threads + 1) * Apart], new long[(threads + 1) * Apart]);
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

    /// <summary>Threads that sleep until there is work.</summary>
    internal int Parked => Volatile.Read(ref parked);

    /// <summary>
    /// Runs items 0 … count − 1 and returns when all are done. Where they are several rows of one item for each image or group of images,
    /// <paramref name="row"/> is the length of one.
    /// </summary>
    /// <remarks>What an item throws is thrown here, once no thread works on the piece any more.</remarks>
    public void Run<TWork>(int count, ref TWork work, int row = 0)
        where TWork : unmanaged, IParallelBody
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
            shares = new StaticPartition(count, row == 0 ? count : row, Threads);
            piece++;
            handedOut += count;
            // The caller's own last: the others can begin meanwhile.
            for (var thread = Threads - 1; thread >= 0; thread--)
                Interlocked.Exchange(ref Left(thread), (piece << 32) | (uint)shares.Count(thread));
            var sleeping = Volatile.Read(ref parked);
            if (sleeping > 0) parking.Release(sleeping);
            Take(0);
            var spin = new SpinWait();
            while (Done() < handedOut) spin.SpinOnce(sleep1Threshold: -1);
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
        where TWork : unmanaged, IParallelBody => ((TWork*)work)->Run(item, thread);

    private ref long Left(int thread) => ref left[(thread + 1) * Apart];

    private long Done()
    {
        long sum = 0;
        for (var thread = 0; thread < Threads; thread++) sum += Volatile.Read(ref done[(thread + 1) * Apart]);
        return sum;
    }

    /// <summary>Takes items until none is left, first of the thread's own share.</summary>
    private void Take(int thread)
    {
        for (var i = 0; i < Threads; i++)
        {
            while (TakeOne((thread + i) % Threads, thread))
            {
            }
        }
    }

    private bool TakeOne(int owner, int thread)
    {
        ref var word = ref Left(owner);
        while (true)
        {
            var seen = Volatile.Read(ref word);
            var remaining = (int)(uint)seen;
            if (remaining == 0) return false;
            if (Interlocked.CompareExchange(ref word, seen - 1, seen) != seen) continue;
            try
            {
                run(context, shares.Item(owner, shares.Count(owner) - remaining), thread);
            }
            catch (Exception e)
            {
                // The caller's own item may not end the piece either: other threads still read the work on its stack.
                failure = e;
            }

            ref var count = ref done[(thread + 1) * Apart];
            Volatile.Write(ref count, count + 1);
            return true;
        }
    }

    private void Serve(int thread)
    {
        var idle = 0;
        while (!stopping)
        {
            if ((uint)Volatile.Read(ref Left(thread)) != 0)
            {
                idle = 0;
                Take(thread);
            }
            else if (++idle < SpinsBeforeParking)
            {
                Thread.SpinWait(8);
            }
            else
            {
                idle = 0;
                Interlocked.Increment(ref parked);
                if ((uint)Volatile.Read(ref Left(thread)) == 0 && !stopping) parking.Wait();
                Interlocked.Decrement(ref parked);
            }
        }
    }
}
