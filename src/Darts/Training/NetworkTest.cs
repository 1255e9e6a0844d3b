using MIOpenDarts.Darts.Data;
using MIOpenDarts.Darts.Evaluation;
using MIOpenDarts.Darts.Records;
using MIOpenDarts.Layers.Modules;

namespace MIOpenDarts.Darts.Training;

/// <summary>Classifies sets of images with a planned network.</summary>
/// <param name="net">The network.</param>
public sealed class NetworkTest(ImageClassifier<float> net)
{
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
        RequireTask(images, description);
        net.Plan(batchSize, training: false);
        var encoder = new ImageEncoder(images, new Normalization(description.Mean, description.Deviation));
        using var batches = new BatchPipeline(encoder, batchSize, workers: 2);
        return new NetworkTest(net).Run(batches, images.Count, batchSize);
    }

    /// <summary>Refuses images that are not what a network was trained for.</summary>
    /// <exception cref="DataException">They are of another size or in other classes than the network's.</exception>
    internal static void RequireTask(ImageSet images, NetworkDescription description)
    {
        var task = new ImageTask(images.Channels, images.Height, images.Width, images.Classes);
        if (task != description.Task)
            throw new DataException($"{images.Name}: images are {Show(task)}, but the network takes {Show(description.Task)}; "
                + "give the data it was trained for");
    }

    /// <summary>Classifies all images of a set in order.</summary>
    /// <param name="batches">A pipeline over the set.</param>
    /// <param name="images">Number of images.</param>
    /// <param name="batchSize">Images in a batch.</param>
    /// <exception cref="NotFiniteNumberException">A logit is no number.</exception>
    internal TestResult Run(BatchPipeline batches, int images, int batchSize)
    {
        var scores = new TestScores(classes);
        double loss = 0;
        batches.Start(BatchSchedule.InOrder([.. Enumerable.Range(0, images)], batchSize));
        while (batches.TryRead(out var batch))
        {
            net.LoadBatch(new(batch.Pixels, batch.Labels, batch.Share));
            var mean = net.Forward(Pass.Inference).Loss;
            // All processes that share the images know it, and end.
            if (net.Backend.Leaves.Shares) TestScores.RequireFinite([(float)mean]);
            loss += mean * batch.Share.Whole;
            scores.Add(Logits(batch.Count), batch.Labels);
        }

        scores.Share(net.Backend.Leaves);
        return scores.Result(loss);
    }

    /// <summary>Logits of the batch under way [N, classes].</summary>
    /// <exception cref="NotFiniteNumberException">One is no number, so that no class can be said to be the likeliest.</exception>
    public ReadOnlySpan<float> Logits(int images)
    {
        if (logits.Length < images * classes) logits = new float[images * classes];
        net.Backend.ReadImages(net.Logits, logits.AsSpan(0, images * classes));
        var rows = logits.AsSpan(0, images * classes);
        TestScores.RequireFinite(rows);
        return rows;
    }

    private static string Show(ImageTask task) => $"{task.Channels}x{task.Height}x{task.Width} in {task.Classes} classes";
}
