using System.Diagnostics.CodeAnalysis;
using System.Runtime.ExceptionServices;
using MIOpenDarts.Layers.Backends;

namespace MIOpenDarts.Darts.Data;

/// <summary>
/// Prepares batches ahead of their use on background threads. Order and content depend on the schedule only. Buffers and
/// threads live as long as the pipeline: a step allocates nothing. One thread consumes.
/// </summary>
internal sealed class BatchPipeline : IDisposable
{
    private const int Ahead = 2;

    private readonly object gate = new();
    private readonly ImageEncoder encoder;
    private readonly BatchLeaves? leaves;
    private readonly int batchSize;
    private readonly Batch[] ring;
    private readonly int[] ready;
    private readonly Thread[] threads;

    private BatchSchedule? schedule;
    private ExceptionDispatchInfo? failure;
    private int nextToFill;
    private int nextToRead;
    private int filling;
    private int wanted = 1;
    private bool stopped;

    /// <summary>Starts the threads, which wait for a schedule.</summary>
    /// <param name="encoder">Encodes the images of one set.</param>
    /// <param name="batchSize">Images in a full batch.</param>
    /// <param name="workers">
    /// The most background threads; one works at first, and one more each time that the consumer had to wait. 0 prepares each batch when it
    /// is read.
    /// </param>
    /// <param name="leaves">Says which images of a batch are this process's; null for all.</param>
    public BatchPipeline(ImageEncoder encoder, int batchSize, int workers, BatchLeaves? leaves = null)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(batchSize);
        ArgumentOutOfRangeException.ThrowIfNegative(workers);
        (this.encoder, this.leaves) = (encoder, leaves);
        this.batchSize = batchSize;
        ring = new Batch[workers == 0 ? 1 : workers + Ahead];
        for (var i = 0; i < ring.Length; i++) ring[i] = new Batch(batchSize, encoder.Size);
        ready = new int[ring.Length];
        threads = new Thread[workers];
        for (var i = 0; i < workers; i++)
        {
            threads[i] = new Thread(Work) { IsBackground = true, Name = $"batch {i}" };
            threads[i].Start();
        }
    }

    /// <summary>Threads that work at the same time: as many as the consumer needs.</summary>
    internal int Working
    {
        get
        {
            lock (gate) return wanted;
        }
    }

    /// <summary>Whether every batch is prepared that may be, ahead of the consumer.</summary>
    internal bool IsAhead
    {
        get
        {
            lock (gate)
                return schedule is { } current && filling == 0
                    && nextToFill == Math.Min(current.Steps, nextToRead - 1 + ring.Length);
        }
    }

    /// <summary>Begins an epoch; what is left of the schedule before is dropped.</summary>
    /// <exception cref="ArgumentException">The schedule's batches do not fit the buffers.</exception>
    /// <exception cref="ObjectDisposedException">The pipeline is disposed.</exception>
    public void Start(BatchSchedule next)
    {
        if (next.BatchSize > batchSize)
            throw new ArgumentException($"batches of {next.BatchSize} do not fit buffers of {batchSize}", nameof(next));
        lock (gate)
        {
            ObjectDisposedException.ThrowIf(stopped, this);
            schedule = null;
            while (filling > 0) Monitor.Wait(gate);
            Array.Fill(ready, -1);
            (schedule, failure, nextToFill, nextToRead) = (next, null, next.FirstStep, next.FirstStep);
            Monitor.PulseAll(gate);
        }
    }

    /// <summary>
    /// Waits for the batch of the next step; false when the epoch is over. The batch is valid until the next call.
    /// A failure on a background thread is thrown here.
    /// </summary>
    /// <exception cref="InvalidOperationException">No schedule was started.</exception>
    /// <exception cref="ObjectDisposedException">The pipeline is disposed.</exception>
    public bool TryRead([NotNullWhen(true)] out Batch? batch)
    {
        batch = null;
        lock (gate)
        {
            ObjectDisposedException.ThrowIf(stopped, this);
            var current = schedule ?? throw new InvalidOperationException("start a schedule before reading");
            if (nextToRead == current.Steps) return false;
            var step = nextToRead++;
            batch = ring[step % ring.Length];
            if (threads.Length == 0)
            {
                batch.Fill(current, step, encoder, leaves);
                return true;
            }

            // Advancing released the buffer of the batch before.
            Monitor.PulseAll(gate);
            if (ready[step % ring.Length] != step && step > current.FirstStep) wanted = Math.Min(wanted + 1, threads.Length);
            while (ready[step % ring.Length] != step)
            {
                failure?.Throw();
                ObjectDisposedException.ThrowIf(stopped, this);
                Monitor.Wait(gate);
            }

            return true;
        }
    }

    /// <summary>Stops the threads; at most the batches being prepared are finished.</summary>
    public void Dispose()
    {
        lock (gate)
        {
            stopped = true;
            Monitor.PulseAll(gate);
        }

        foreach (var thread in threads) thread.Join();
    }

    private void Work()
    {
        while (Take() is ({ } current, var step))
        {
            try
            {
                ring[step % ring.Length].Fill(current, step, encoder, leaves);
                Finish(step, null);
            }
            catch (Exception e)
            {
                // Whatever happened belongs to the consumer; an exception here would end the process.
                Finish(step, ExceptionDispatchInfo.Capture(e));
            }
        }
    }

    private (BatchSchedule? Schedule, int Step) Take()
    {
        lock (gate)
        {
            while (!stopped)
            {
                // The consumer still holds step nextToRead - 1.
                if (schedule is not null && failure is null && filling < wanted
                    && nextToFill < schedule.Steps && nextToFill < nextToRead - 1 + ring.Length)
                {
                    filling++;
                    return (schedule, nextToFill++);
                }

                Monitor.Wait(gate);
            }

            return (null, 0);
        }
    }

    private void Finish(int step, ExceptionDispatchInfo? error)
    {
        lock (gate)
        {
            filling--;
            failure ??= error;
            if (error is null) ready[step % ring.Length] = step;
            Monitor.PulseAll(gate);
        }
    }
}
