using MIOpenDarts.Darts.Bilevel;
using MIOpenDarts.Darts.Evaluation;
using MIOpenDarts.Layers.Randomness;

namespace MIOpenDarts.Darts.Benchmarks;

/// <summary>Normal pixels and random labels, the same in each run.</summary>
internal sealed class RandomBatch
{
    private readonly float[] images;
    private readonly int[] labels;

    /// <summary>A batch of <paramref name="count"/> images: [N,C,H,W] float32.</summary>
    public RandomBatch(int count, ImageTask task)
    {
        var random = new CounterRandom(1, RandomStream.Augmentation);
        images = new float[count * task.Channels * task.Height * task.Width];
        foreach (ref var pixel in images.AsSpan()) pixel = (float)random.NextNormal();
        labels = new int[count];
        foreach (ref var label in labels.AsSpan()) label = random.NextInt32(task.Classes);
    }

    /// <summary>The batch, as a step takes it.</summary>
    public ImageBatch<float> Images => new(images, labels);
}
