using System.Runtime.ExceptionServices;
using MIOpenDarts.Darts.Distributed;
using MIOpenDarts.Layers.Backends;

namespace MIOpenDarts.Darts.Tests.Distributed;

/// <summary>Threads of this process that share a batch as ranks of MPI do.</summary>
internal sealed class ThreadExchange : ILeafExchange
{
    private readonly Common common;

    private ThreadExchange(Common common, int rank) => (this.common, Rank) = (common, rank);

    public int Rank { get; }

    public int Size => common.Doubles.Length;

    public IReadOnlyList<int> OnMachine => [.. Enumerable.Range(0, Size)];

    /// <summary>What <c>CountedExchange</c> counts.</summary>
    public long Messages { get; private set; }

    /// <summary>Numbers of this rank that the others got.</summary>
    public long Gathered { get; private set; }

    /// <summary>Numbers of this rank's slices of vectors that were added.</summary>
    public long Added { get; private set; }

    /// <summary>What each of so many threads, on a backend of its own, makes of the cut of a batch.</summary>
    public static TResult[] Run<TResult>(int size, Func<ILeafExchange, TResult> work)
    {
        using var common = new Common(size);
        var (results, failures) = (new TResult[size], new Exception?[size]);
        Thread[] threads = [.. Enumerable.Range(0, size).Select(rank => new Thread(() =>
        {
            try
            {
                results[rank] = work(new ThreadExchange(common, rank));
            }
            catch (Exception e)
            {
                failures[rank] = e;
                common.Barrier.RemoveParticipant();
            }
        }))];
        foreach (var thread in threads) thread.Start();
        foreach (var thread in threads) thread.Join();
        if (failures.OfType<Exception>().Any()) throw new AggregateException(failures.OfType<Exception>());
        return results;
    }

    public void Gather(Span<double> all)
    {
        var each = all.Length / Size;
        Messages++;
        Gathered += each;
        common.Doubles[Rank] = all.Slice(Rank * each, each).ToArray();
        common.Barrier.SignalAndWait();
        for (var rank = 0; rank < Size; rank++) common.Doubles[rank].CopyTo(all[(rank * each)..]);
        common.Barrier.SignalAndWait();
    }

    public void Sum(Span<float> values)
    {
        Messages += 2;
        Added += SumSlices.First(values.Length, Rank + 1, Size) - SumSlices.First(values.Length, Rank, Size);
        common.Floats[Rank] = values.ToArray();
        common.Barrier.SignalAndWait();
        Tree(0, Size).CopyTo(values);
        common.Barrier.SignalAndWait();
    }

    public void Agree(Action work)
    {
        Exception? own = null;
        try
        {
            work();
        }
        catch (Exception e)
        {
            own = e;
        }

        common.Failures[Rank] = own;
        common.Barrier.SignalAndWait();
        var first = common.Failures.FirstOrDefault(failure => failure is not null);
        common.Barrier.SignalAndWait();
        if (own is not null) ExceptionDispatchInfo.Throw(own);
        if (first is not null) throw new RankFailedException(first.Message);
    }

    public void RequireSame(string what, string own)
    {
        common.Texts[Rank] = own;
        common.Barrier.SignalAndWait();
        Assert.All(common.Texts, text => Assert.Equal(own, text));
        common.Barrier.SignalAndWait();
    }

    private float[] Tree(int first, int count)
    {
        if (count == 1) return common.Floats[first];
        var left = (count + 1) / 2;
        return [.. Tree(first, left).Zip(Tree(first + left, count - left), (a, b) => a + b)];
    }

    private sealed class Common(int size) : IDisposable
    {
        public Barrier Barrier { get; } = new(size);

        public double[][] Doubles { get; } = new double[size][];

        public float[][] Floats { get; } = new float[size][];

        public string[] Texts { get; } = new string[size];

        public Exception?[] Failures { get; } = new Exception?[size];

        public void Dispose() => Barrier.Dispose();
    }
}
