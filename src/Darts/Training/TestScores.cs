using MIOpenDarts.Darts.Records;
using MIOpenDarts.Layers.Backends;

namespace MIOpenDarts.Darts.Training;

/// <summary>Counts over batches of test images how often a classifier is right.</summary>
/// <param name="classes">Number of classes.</param>
internal sealed class TestScores(int classes)
{
    private const int Few = 5;
    private readonly int[][] confusion = [.. Enumerable.Range(0, classes).Select(_ => new int[classes])];
    private int images;
    private long first;
    private long few;

    /// <summary>Refuses logits of which no class can be said to be the likeliest.</summary>
    /// <exception cref="NotFiniteNumberException">One is no number.</exception>
    public static void RequireFinite(ReadOnlySpan<float> logits)
    {
        foreach (var logit in logits)
        {
            if (!float.IsFinite(logit))
                throw new NotFiniteNumberException(
                    $"the network answers with logits that are no numbers ({logit}): its weights are too large, "
                    + "or not of a network that was trained");
        }
    }

    /// <summary>The first largest.</summary>
    public static int Largest(ReadOnlySpan<float> row)
    {
        var best = 0;
        for (var k = 1; k < row.Length; k++)
            if (row[k] > row[best]) best = k;
        return best;
    }

    /// <summary>What a classifier loses on an image of some class.</summary>
    public static double CrossEntropy(ReadOnlySpan<float> logits, int label)
    {
        double largest = float.NegativeInfinity, sum = 0;
        foreach (var logit in logits) largest = Math.Max(largest, logit);
        foreach (var logit in logits) sum += Math.Exp(logit - largest);
        return Math.Log(sum) + largest - logits[label];
    }

    /// <summary>Counts a batch: logits [N, classes], labels [N].</summary>
    public void Add(ReadOnlySpan<float> logits, ReadOnlySpan<int> labels)
    {
        for (var i = 0; i < labels.Length; i++)
        {
            var row = logits.Slice(i * classes, classes);
            var (label, answer) = (labels[i], Largest(row));
            confusion[label][answer]++;
            if (answer == label) first++;
            if (Rank(row, label) < Few) few++;
        }

        images += labels.Length;
    }

    /// <summary>Adds what other processes counted, of images of their own.</summary>
    public unsafe void Share(BatchLeaves leaves)
    {
        // Whole numbers, and so exact in double precision.
        double[] counts = [images, first, few, .. confusion.SelectMany(row => row)];
        fixed (double* sums = counts)
        {
            leaves.QueueSums(sums, counts.Length);
            leaves.ExchangeQueued();
        }

        (images, first, few) = ((int)counts[0], (long)counts[1], (long)counts[2]);
        for (var i = 0; i < classes * classes; i++) confusion[i / classes][i % classes] = (int)counts[3 + i];
    }

    /// <summary>What was counted.</summary>
    /// <param name="loss">Sum of the cross entropies of all images.</param>
    public TestResult Result(double loss) =>
        new(images, loss / images, 100.0 * first / images, 100.0 * few / images, confusion);

    private static int Rank(ReadOnlySpan<float> row, int label)
    {
        var better = 0;
        for (var k = 0; k < row.Length; k++)
            if (row[k] > row[label] || (row[k] == row[label] && k < label)) better++;
        return better;
    }
}
