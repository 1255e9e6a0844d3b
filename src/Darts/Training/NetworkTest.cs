using MIOpenDarts.Darts.Data;
using MIOpenDarts.Darts.Evaluation;
using MIOpenDarts.Darts.Records;
using MIOpenDarts.Layers.Modules;

namespace MIOpenDarts.Darts.Training;

/// <summary>Classifies sets of images with a planned network.</summary>
/// <param name="net">The network.</param>
public sealed class NetworkTest(ImageClassifier<float> net)
{
    private const int Few = 5;
    private readonly int classes = net.Task.Classes;
    private float[] logits = [];

    /// <summary>Plans a network for batches of this size, and classifies all images of a set.</summary>
    /// <param name="net">The network; what was planned before is planned anew.</param>
    /// <param name="description">Its task, and the normalisation that it was trained with.</param>
    /// <param name="images">The images.</param>
    /// <param name="batchSize">Images in a batch.</param>
    /// <exception cref="DataException">The images are of another size or in other classes than the network's.</exception>
    /// <exception cref="NotFiniteNumberException">A logit is no number.</exception>
    public static TestResult Run(ImageClassifier<float> net, NetworkDescription description, ImageSet images, int batchSize)
    {
        var task = new ImageTask(images.Channels, images.Height, images.Width, images.Classes);
        if (task != description.Task)
            throw new DataException($"{images.Name}: images are {Show(task)}, but the network takes {Show(description.Task)}; "
                + "give the data it was trained for");
        net.Plan(batchSize, training: false);
        var encoder = new ImageEncoder(images, new Normalization(description.Mean, description.Deviation));
        using var batches = new BatchPipeline(encoder, batchSize, workers: 2);
        return new NetworkTest(net).Run(batches, images.Count, batchSize);
    }

    /// <summary>Classifies all images of a set in order.</summary>
    /// <param name="batches">A pipeline over the set.</param>
    /// <param name="images">Number of images.</param>
    /// <param name="batchSize">Images in a batch.</param>
    /// <exception cref="NotFiniteNumberException">A logit is no number.</exception>
    internal TestResult Run(BatchPipeline batches, int images, int batchSize)
    {
        var confusion = Enumerable.Range(0, classes).Select(_ => new int[classes]).ToArray();
        double loss = 0;
        long first = 0, few = 0;
        batches.Start(BatchSchedule.InOrder([.. Enumerable.Range(0, images)], batchSize));
        while (batches.TryRead(out var batch))
        {
            net.LoadBatch(batch.Pixels, batch.Labels);
            loss += net.Forward(Pass.Inference).Loss * batch.Count;
            var rows = Logits(batch.Count);
            for (var i = 0; i < batch.Count; i++)
            {
                var row = rows.Slice(i * classes, classes);
                var (label, answer) = (batch.Labels[i], Largest(row));
                confusion[label][answer]++;
                if (answer == label) first++;
                if (Rank(row, label) < Few) few++;
            }
        }

        return new TestResult(images, loss / images, 100.0 * first / images, 100.0 * few / images, confusion);
    }

    /// <summary>Logits of the batch under way [N, classes].</summary>
    /// <exception cref="NotFiniteNumberException">One is no number, so that no class can be said to be the likeliest.</exception>
    public ReadOnlySpan<float> Logits(int images)
    {
        if (logits.Length < images * classes) logits = new float[images * classes];
        net.Backend.ReadImages(net.Logits, logits.AsSpan(0, images * classes));
        var rows = logits.AsSpan(0, images * classes);
        foreach (var logit in rows)
        {
            if (!float.IsFinite(logit))
                throw new NotFiniteNumberException(
                    $"the network answers with logits that are no numbers ({logit}): its weights are too large, "
                    + "or not of a network that was trained");
        }

        return rows;
    }

    private static string Show(ImageTask task) => $"{task.Channels}x{task.Height}x{task.Width} in {task.Classes} classes";

    /// <summary>The first largest.</summary>
    private static int Largest(ReadOnlySpan<float> row)
    {
        var best = 0;
        for (var k = 1; k < row.Length; k++)
            if (row[k] > row[best]) best = k;
        return best;
    }

    private static int Rank(ReadOnlySpan<float> row, int label)
    {
        var better = 0;
        for (var k = 0; k < row.Length; k++)
            if (row[k] > row[label] || (row[k] == row[label] && k < label)) better++;
        return better;
    }
}
