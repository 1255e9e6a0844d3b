namespace MIOpenDarts.Layers.Backends;

/// <summary>
/// How a batch is cut, so that what is summed over it depends neither on threads nor on processes: into leaves, whose sums are added by a
/// binary tree. A process has a subtree; what the subtrees have is exchanged, and every process finishes the tree.
/// </summary>
internal sealed class BatchLeaves
{
    /// <summary>Leaves of a batch unless told.</summary>
    public const int Default = 8;

    private readonly List<(nint At, int Length, double Pixels)> queue = [];
    private double[] all = [];
    private int queued;

    /// <summary>A cut into so many leaves.</summary>
    /// <param name="count">Leaves of the whole batch, a power of two.</param>
    /// <param name="exchange">The processes that share it; null for one.</param>
    /// <param name="perLeaf">Whether batch norms have the statistics of a leaf in training, in place of those of the batch.</param>
    public BatchLeaves(int count = Default, ILeafExchange? exchange = null, bool perLeaf = false)
    {
        (Count, Exchange, PerLeaf) = (count, exchange, perLeaf);
        (_, Own) = exchange is null ? (0, count) : SubtreeOf(exchange.Rank, exchange.Size, count);
    }

    /// <summary>Leaves of the whole batch.</summary>
    public int Count { get; }

    /// <summary>Leaves of this process.</summary>
    public int Own { get; }

    /// <summary>Whether batch norms have the statistics of a leaf in training.</summary>
    public bool PerLeaf { get; }

    /// <summary>The processes that share a batch; null for one.</summary>
    public ILeafExchange? Exchange { get; }

    /// <summary>Groups of the images at hand that an operation sums for themselves: leaves or, of a leaf alone, a fixed number.</summary>
    public int Parts => PerLeaf ? Default : Own;

    /// <summary>The same for the loss, which images that are not trained on have too.</summary>
    public int LossParts => UnderWay.IsLeaf ? Default : Own;

    /// <summary>Whether this process keeps, or adds to a sum, what all of them know.</summary>
    public bool IsFirst => Exchange is null || Exchange.Rank == 0;

    /// <summary>Processes of this machine that share a batch.</summary>
    public int OnMachine => Exchange?.OnMachine.Count ?? 1;

    /// <summary>The cut as each of these processes has it, to count memory with.</summary>
    public IEnumerable<BatchLeaves> OfMachine => Exchange is null
        ? [this]
        : Exchange.OnMachine.Select(rank => new BatchLeaves(Count, new PlannedExchange(Exchange, rank), PerLeaf));

    /// <summary>Images that a batch must have.</summary>
    public int LeastBatch => Exchange is null ? 2 : Count;

    /// <summary>The images at hand.</summary>
    public BatchShare UnderWay { get; set; }

    /// <summary>Whether sums over the images at hand are exchanged with other processes.</summary>
    public bool Shares => Exchange is not null && !UnderWay.IsLeaf;

    /// <summary>Images that statistics and the mean of losses are over, of which so many are at hand.</summary>
    public int WholeOf(int images) => Shares ? UnderWay.Whole : images;

    /// <summary>This process's share of a batch of so many images.</summary>
    public BatchShare ShareOf(int batch, out int count)
    {
        (var first, count) = Exchange is null ? (0, batch) : SubtreeOf(Exchange.Rank, Exchange.Size, batch);
        return new(first, batch);
    }

    /// <summary>The leaves of this process in its share of a batch, so many images.</summary>
    public ImageGroups LeavesOf(int images) => new(images, Own);

    /// <summary>Most images that this process has of a batch with at most so many.</summary>
    public int MostImagesOf(int batch) => Exchange is null ? batch : (batch * Own + Count - 1) / Count;

    /// <summary>
    /// The part of some things that a process has: half of the processes, rounded up, have the first half, rounded up, and so on.
    /// </summary>
    public static (int First, int Count) SubtreeOf(int rank, int size, int things)
    {
        var first = 0;
        while (size > 1)
        {
            var (ranks, left) = ((size + 1) / 2, (things + 1) / 2);
            if (rank < ranks) (size, things) = (ranks, left);
            else (rank, size, first, things) = (rank - ranks, size - ranks, first + left, things - left);
        }

        return (first, things);
    }

    /// <summary>Does what may fail in one of the processes alone, where the others would wait for it.</summary>
    public void Agree(Action work)
    {
        if (Exchange is null) work();
        else Exchange.Agree(work);
    }

    /// <summary>What every process makes for itself, and may fail to; where another one fails, it is not kept.</summary>
    public TMade Agree<TMade>(Func<TMade> make)
        where TMade : IDisposable
    {
        TMade? made = default;
        try
        {
            Agree(() => { made = make(); });
            return made!;
        }
        catch
        {
            made?.Dispose();
            throw;
        }
    }

    /// <summary>Whether this is true in any of the processes.</summary>
    public unsafe bool Any(bool here)
    {
        if (Exchange is null) return here;
        UnderWay = default;
        double count = here ? 1 : 0;
        QueueSums(&count, 1);
        ExchangeQueued();
        return count > 0;
    }

    /// <summary>Queues sums over the images at hand; <see cref="ExchangeQueued"/> makes them sums over the batch.</summary>
    public unsafe void QueueSums(double* sums, int length) => Enqueue((nint)sums, length, 0);

    /// <summary>Queues mean and Σ(z − mean)² of the images at hand; <see cref="ExchangeQueued"/> makes them those of the batch.</summary>
    /// <param name="moments">[2][C].</param>
    /// <param name="channels">C.</param>
    /// <param name="pixels">Values of a channel in an image.</param>
    public unsafe void QueueMoments(double* moments, int channels, int pixels) => Enqueue((nint)moments, 2 * channels, pixels);

    /// <summary>Exchanges what is queued, in one message, and adds it by the tree of the processes.</summary>
    public unsafe void ExchangeQueued()
    {
        if (queued == 0) return;
        var (size, length) = (Exchange!.Size, queued);
        if (all.Length < size * length) all = new double[size * length];
        var numbers = all.AsSpan(0, size * length);
        var at = Exchange.Rank * length;
        foreach (var (from, count, _) in queue)
        {
            new Span<double>((void*)from, count).CopyTo(numbers.Slice(at, count));
            at += count;
        }

        Exchange.Gather(numbers);
        fixed (double* values = numbers)
        {
            var first = values;
            foreach (var (to, count, pixels) in queue)
            {
                if (pixels > 0) FoldMoments(first, length, 0, size, UnderWay.Whole, count / 2, pixels);
                else FoldSums(first, length, 0, size, count);
                new Span<double>(first, count).CopyTo(new Span<double>((void*)to, count));
                first += count;
            }
        }

        queue.Clear();
        queued = 0;
    }

    /// <summary>
    /// Merges mean and Σ(z − mean)² of two parts into the first (Chan, Golub and LeVeque 1983). Each: [2][C].
    /// </summary>
    public static unsafe void MergeMoments(double* first, double firstCount, double* second, double secondCount, int channels)
    {
        var count = firstCount + secondCount;
        var (share, both) = (secondCount / count, firstCount * secondCount / count);
        for (var c = 0; c < channels; c++)
        {
            var apart = second[c] - first[c];
            first[c] += apart * share;
            first[channels + c] = first[channels + c] + second[channels + c] + apart * apart * both;
        }
    }

    private void Enqueue(nint at, int length, double pixels)
    {
        if (!Shares) return;
        queue.Add((at, length, pixels));
        queued += length;
    }

    private static unsafe void FoldSums(double* values, int pitch, int rank, int size, int length)
    {
        if (size == 1) return;
        var left = (size + 1) / 2;
        FoldSums(values, pitch, rank, left, length);
        FoldSums(values, pitch, rank + left, size - left, length);
        double* to = values + (nint)rank * pitch, from = values + (nint)(rank + left) * pitch;
        for (var i = 0; i < length; i++) to[i] += from[i];
    }

    private static unsafe void FoldMoments(double* values, int pitch, int rank, int size, int images, int channels, double pixels)
    {
        if (size == 1) return;
        var (left, first) = ((size + 1) / 2, (images + 1) / 2);
        FoldMoments(values, pitch, rank, left, first, channels, pixels);
        FoldMoments(values, pitch, rank + left, size - left, images - first, channels, pixels);
        MergeMoments(
            values + (nint)rank * pitch, first * pixels, values + (nint)(rank + left) * pitch, (images - first) * pixels, channels);
    }
}
