using MIOpenDarts.Layers.Randomness;

namespace MIOpenDarts.Darts.Data;

/// <summary>
/// Which images make the batch of each step of an epoch, and how they are varied. A pure function of its arguments and
/// the step, so that threads, prefetching and resuming cannot change it.
/// </summary>
internal abstract class BatchSchedule
{
    private readonly Augmentation augmentation;
    private readonly bool varied;
    private readonly ulong seed;

    private protected BatchSchedule(int batchSize, int steps, int firstStep, Augmentation augmentation, ulong seed, int epoch)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(batchSize);
        ArgumentOutOfRangeException.ThrowIfNegative(firstStep);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(firstStep, steps);
        (BatchSize, Steps, FirstStep, Epoch) = (batchSize, steps, firstStep, epoch);
        (this.augmentation, varied, this.seed) = (augmentation, augmentation != Augmentation.None, seed);
    }

    /// <summary>Images in a full batch.</summary>
    public int BatchSize { get; }

    /// <summary>Steps of the whole epoch.</summary>
    public int Steps { get; }

    /// <summary>Step to begin with: 0, or a later one when a run is resumed.</summary>
    public int FirstStep { get; }

    /// <summary>Epoch, which keys the draws.</summary>
    public int Epoch { get; }

    /// <summary>All images of a half once, in an order drawn for the epoch; the partial last batch is kept.</summary>
    public static BatchSchedule Training(int[] images, int batchSize, Augmentation augmentation, ulong seed, int epoch, int firstStep = 0)
    {
        var order = (int[])images.Clone();
        new CounterRandom(seed, RandomStream.TrainOrder, epoch).Shuffle(order);
        return new Listed(order, batchSize, firstStep, augmentation, seed, epoch, keyBase: 0);
    }

    /// <summary>A fresh batch for each architecture step, drawn without replacement inside the batch.</summary>
    public static BatchSchedule ArchitectureDraws(int[] images, int batchSize, int steps, Augmentation augmentation, ulong seed, int epoch,
        int firstStep = 0) =>
        batchSize <= images.Length
            ? new Drawn(images, batchSize, steps, firstStep, augmentation, seed, epoch)
            : throw new DataException(
                $"a batch of {batchSize} is larger than the {images.Length} images it is drawn from; use a batch of at most " +
                $"{images.Length}");

    /// <summary>The given images in the given order, repeats allowed: for evaluation, and to replay a recorded run.</summary>
    public static BatchSchedule InOrder(int[] images, int batchSize, int firstStep = 0) =>
        new Listed(images, batchSize, firstStep, Augmentation.None, seed: 0, epoch: 0, keyBase: 0);

    /// <summary>
    /// The given images in the given order, varied as in training: the official code evaluates the validation half that way.
    /// </summary>
    public static BatchSchedule InOrder(int[] images, int batchSize, Augmentation augmentation, ulong seed, int epoch) =>
        new Listed(images, batchSize, firstStep: 0, augmentation, seed, epoch, keyBase: 1L << 61);

    /// <summary>Writes the images of a step and returns their number. Called from any thread.</summary>
    internal abstract int Select(int step, Span<int> indices);

    internal AugmentationDraw Draw(int step, int position, int height, int width) =>
        varied ? augmentation.Draw(seed, Epoch, DrawKey(step, position), height, width) : default;

    // One key per showing of an image in an epoch; the kinds of schedule must not share keys.
    private protected abstract long DrawKey(int step, int position);

    private sealed class Listed(int[] images, int batchSize, int firstStep, Augmentation augmentation, ulong seed, int epoch, long keyBase)
        : BatchSchedule(batchSize, (images.Length + batchSize - 1) / batchSize, firstStep, augmentation, seed, epoch)
    {
        internal override int Select(int step, Span<int> indices)
        {
            var batch = images.AsSpan(step * BatchSize, Math.Min(BatchSize, images.Length - step * BatchSize));
            batch.CopyTo(indices);
            return batch.Length;
        }

        private protected override long DrawKey(int step, int position) => keyBase | (((long)step * BatchSize) + position);
    }

    private sealed class Drawn(int[] images, int batchSize, int steps, int firstStep, Augmentation augmentation, ulong seed, int epoch)
        : BatchSchedule(batchSize, steps, firstStep, augmentation, seed, epoch)
    {
        private readonly ulong drawSeed = seed;

        // Floyd's sampling: needs no scratch memory, so that every thread can draw.
        internal override int Select(int step, Span<int> indices)
        {
            var random = new CounterRandom(drawSeed, RandomStream.ValidDraw, Epoch, step);
            var drawn = indices[..BatchSize];
            for (var i = 0; i < BatchSize; i++)
            {
                var last = images.Length - BatchSize + i;
                var candidate = random.NextInt32(last + 1);
                drawn[i] = drawn[..i].Contains(candidate) ? last : candidate;
            }

            for (var i = 0; i < BatchSize; i++) drawn[i] = images[drawn[i]];
            return BatchSize;
        }

        private protected override long DrawKey(int step, int position) => (1L << 62) | ((long)step << 32) | (uint)position;
    }
}
