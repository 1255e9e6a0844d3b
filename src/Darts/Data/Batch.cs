using MIOpenDarts.Layers.Backends;

namespace MIOpenDarts.Darts.Data;

/// <summary>Images of one step. The buffers belong to the pipeline and are filled anew after the next read.</summary>
internal sealed class Batch
{
    private readonly float[] pixels;
    private readonly int[] labels;
    private readonly int[] indices;
    private readonly int imageSize;

    internal Batch(int capacity, int imageSize)
    {
        pixels = new float[checked(capacity * imageSize)];
        labels = new int[capacity];
        indices = new int[capacity];
        this.imageSize = imageSize;
    }

    /// <summary>Step of the epoch that this batch is for, from 0.</summary>
    public int Step { get; private set; }

    /// <summary>Which images of the step's batch these are: other processes may have the others.</summary>
    public BatchShare Share { get; private set; }

    /// <summary>Number of images here; the last batch of an epoch may have fewer than the others.</summary>
    public int Count { get; private set; }

    /// <summary>Normalised pixels [Count, C, H, W].</summary>
    public ReadOnlySpan<float> Pixels => pixels.AsSpan(0, Count * imageSize);

    /// <summary>Class of each image [Count].</summary>
    public ReadOnlySpan<int> Labels => labels.AsSpan(0, Count);

    /// <summary>Number of each image in its set [Count].</summary>
    public ReadOnlySpan<int> Indices => indices.AsSpan(0, Count);

    internal void Fill(BatchSchedule schedule, int step, ImageEncoder encoder, BatchLeaves? leaves)
    {
        Step = step;
        Count = schedule.Select(step, indices);
        Share = new(0, Count);
        if (leaves is not null)
        {
            Share = leaves.ShareOf(Count, out var count);
            Count = count;
            indices.AsSpan(Share.First, Count).CopyTo(indices);
        }

        for (var i = 0; i < Count; i++)
        {
            var image = indices[i];
            var target = pixels.AsSpan(i * imageSize, imageSize);
            labels[i] = encoder.Images.Labels[image];
            encoder.Encode(image, schedule.Draw(step, Share.First + i, encoder.Height, encoder.Width), target);
        }
    }
}
