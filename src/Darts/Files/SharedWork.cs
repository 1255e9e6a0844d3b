namespace MIOpenDarts.Darts.Files;

/// <summary>
/// Work that processes share through a folder that all of them see: each takes what nobody has the lock of, and all go on when everything
/// is done. What a process has not finished when it ends, another one takes.
/// </summary>
internal static class SharedWork
{
    // Between two looks at what other processes work on.
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(20);

    /// <summary>Works until all is done.</summary>
    /// <param name="items">What is to be done.</param>
    /// <param name="jobs">How many this process works on at a time.</param>
    /// <param name="isDone">Whether anybody has done it; asked again once its lock is held.</param>
    /// <param name="lockOf">The file that is locked while somebody works on it; it is removed afterwards.</param>
    /// <param name="work">Does it, after which it counts as done. Several threads may call this at once.</param>
    /// <param name="cancellation">Begins nothing more.</param>
    /// <exception cref="AggregateException">
    /// What was thrown by the work; an <see cref="OperationCanceledException"/> in it where it was cancelled.
    /// </exception>
    public static void ToEnd<TItem>(
        IReadOnlyList<TItem> items, int jobs, Predicate<TItem> isDone, Func<TItem, string> lockOf, Action<TItem> work,
        CancellationToken cancellation) => ToEnd(items, jobs, () => { }, isDone, lockOf, work, cancellation);

    /// <summary>The same where one look tells of all items what others have done.</summary>
    /// <param name="items">What is to be done.</param>
    /// <param name="jobs">How many this process works on at a time.</param>
    /// <param name="look">Looks; called before any are asked about, and again once a lock is held.</param>
    /// <param name="isDone">Whether somebody had done it when <paramref name="look"/> was last called.</param>
    /// <param name="lockOf">The file that is locked while somebody works on it; it is removed afterwards.</param>
    /// <param name="work">Does it, after which it counts as done. Several threads may call this at once.</param>
    /// <param name="cancellation">Begins nothing more.</param>
    /// <exception cref="AggregateException">
    /// What was thrown by the work; an <see cref="OperationCanceledException"/> in it where it was cancelled.
    /// </exception>
    public static void ToEnd<TItem>(
        IReadOnlyList<TItem> items, int jobs, Action look, Predicate<TItem> isDone, Func<TItem, string> lockOf, Action<TItem> work,
        CancellationToken cancellation)
    {
        var (open, taken, gate) = (new List<TItem>(items), new HashSet<TItem>(), new Lock());
        Parallel.For(0, Math.Min(jobs, items.Count), new ParallelOptions { MaxDegreeOfParallelism = jobs }, (_, others) =>
        {
            while (!others.IsExceptional)
            {
                cancellation.ThrowIfCancellationRequested();
                if (Next() is not { } next) return;
                if (next.Held is null) Thread.Sleep(Pause);
                else Do(next.Item, next.Held);
            }
        });

        // What nobody works on, with its lock; without one where other processes work on all that is left; null where nothing is.
        (TItem Item, FileStream? Held)? Next()
        {
            lock (gate)
            {
                look();
                open.RemoveAll(isDone);
                (TItem, FileStream?)? elsewhere = null;
                foreach (var item in open)
                {
                    if (taken.Contains(item)) continue;
                    // Whoever has the file open already when it is removed asks again whether the work is done.
                    if (FileLock.TryTake(lockOf(item), FileOptions.DeleteOnClose) is { } held)
                    {
                        taken.Add(item);
                        return (item, held);
                    }

                    elsewhere = (item, null);
                }

                return elsewhere;
            }
        }

        void Do(TItem item, FileStream held)
        {
            using (held)
            {
                look();
                if (!isDone(item)) work(item);
            }

            lock (gate) open.Remove(item);
        }
    }
}
