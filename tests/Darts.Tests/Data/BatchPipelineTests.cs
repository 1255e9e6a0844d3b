using MIOpenDarts.Darts.Data;

namespace MIOpenDarts.Darts.Tests.Data;

public sealed class BatchPipelineTests
{
    private static readonly Augmentation All = new(2, true, 3);
    private static readonly ImageSet Images = TestImages.Set(103, channels: 3);
    private static readonly ImageEncoder Encoder = new(Images, Normalization.Cifar10);
    private static readonly DataSplit Halves = DataSplit.Create(Images.Count, 0.5, seed: 3, batchSize: 8);

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(5)]
    public void Order_and_content_do_not_depend_on_the_number_of_workers(int workers)
    {
        Assert.Equal(Read(Training(epoch: 1), workers: 0), Read(Training(epoch: 1), workers));
        Assert.Equal(Read(Draws(epoch: 1), workers: 0), Read(Draws(epoch: 1), workers));
    }

    [Fact]
    public void An_epoch_shows_every_image_once_and_keeps_the_partial_last_batch()
    {
        var batches = Read(Training(epoch: 0), workers: 2);
        Assert.Equal([8, 8, 8, 8, 8, 8, 3], batches.Select(batch => batch.Indices.Length));
        Assert.Equal(Halves.Train.Order(), batches.SelectMany(batch => batch.Indices).Order());
        Assert.Equal(Enumerable.Range(0, 7), batches.Select(batch => batch.Step));
        Assert.All(batches, batch => Assert.Equal(batch.Indices.Select(i => Images.Labels[i]), batch.Labels));
    }

    [Fact]
    public void Epochs_and_seeds_differ()
    {
        var first = Read(Training(epoch: 0), workers: 0)[0].Indices;
        Assert.NotEqual(first, Read(Training(epoch: 1), workers: 0)[0].Indices);
        Assert.NotEqual(first, Read(BatchSchedule.Training(Halves.Train, 8, All, seed: 4, epoch: 0), workers: 0)[0].Indices);
    }

    [Fact]
    public void An_epoch_resumed_at_a_step_goes_on_as_if_it_had_not_stopped()
    {
        Assert.Equal(Read(Training(epoch: 2), workers: 0)[4..], Read(Training(epoch: 2, firstStep: 4), workers: 3));
        Assert.Equal(Read(Draws(epoch: 2), workers: 0)[4..], Read(Draws(epoch: 2, firstStep: 4), workers: 3));
        Assert.Empty(Read(Training(epoch: 2, firstStep: 7), workers: 1));
    }

    [Fact]
    public void Architecture_batches_are_fresh_full_and_without_repeats()
    {
        var batches = Read(Draws(epoch: 0), workers: 2);
        Assert.Equal(7, batches.Count);
        Assert.All(batches, batch => Assert.Equal(8, batch.Indices.Distinct().Count()));
        Assert.All(batches, batch => Assert.Subset(Halves.Valid.ToHashSet(), batch.Indices.ToHashSet()));
        Assert.NotEqual(batches[0].Indices, batches[1].Indices);
    }

    [Fact]
    public void Every_image_is_drawn_equally_often()
    {
        var schedule = BatchSchedule.ArchitectureDraws([.. Enumerable.Range(0, 10)], 4, 5000, Augmentation.None, seed: 1, epoch: 0);
        var counts = new int[10];
        var drawn = new int[4];
        for (var step = 0; step < schedule.Steps; step++)
        {
            schedule.Select(step, drawn);
            foreach (var image in drawn) counts[image]++;
        }

        Assert.All(counts, count => Assert.InRange(count, 1850, 2150));
    }

    [Fact]
    public void Recorded_indices_are_replayed_without_augmentation()
    {
        int[] recorded = [5, 5, 102, 0, 7];
        var batches = Read(BatchSchedule.InOrder(recorded, 2), workers: 2);
        Assert.Equal([[5, 5], [102, 0], [7]], batches.Select(batch => batch.Indices));
        var encoded = new float[Encoder.Size];
        Encoder.Encode(7, encoded);
        Assert.Equal(encoded, batches[2].Pixels);
        Assert.NotEqual(batches[2].Pixels, Read(BatchSchedule.InOrder(recorded, 2, All, seed: 1, epoch: 0), workers: 0)[2].Pixels);
    }

    [Fact]
    public void Halves_are_disjoint_and_keyed_by_the_seed()
    {
        Assert.Equal((51, 52), (Halves.Train.Length, Halves.Valid.Length));
        Assert.Equal(Enumerable.Range(0, 103), Halves.Train.Concat(Halves.Valid).Order());
        Assert.NotEqual(Halves.Train, DataSplit.Create(103, 0.5, seed: 4, batchSize: 8).Train);
    }

    [Fact]
    public void A_batch_larger_than_its_half_is_refused()
    {
        Assert.Contains("a batch of 52 is larger than the training half, which has 51 of 103 images",
            Assert.Throws<DataException>(() => DataSplit.Create(103, 0.5, 1, 52)).Message, StringComparison.Ordinal);
        Assert.Contains("validation half, which has 11 of 103",
            Assert.Throws<DataException>(() => DataSplit.Create(103, 0.9, 1, 52)).Message, StringComparison.Ordinal);
        Assert.Contains("larger than the 3 images", Assert.Throws<DataException>(() =>
            BatchSchedule.ArchitectureDraws([1, 2, 3], 4, 1, All, 1, 0)).Message, StringComparison.Ordinal);
    }

    internal static List<BatchCopy> Read(BatchSchedule schedule, int workers)
    {
        using var pipeline = new BatchPipeline(Encoder, schedule.BatchSize, workers);
        pipeline.Start(schedule);
        var copies = new List<BatchCopy>();
        while (pipeline.TryRead(out var batch))
            copies.Add(new BatchCopy(batch.Step, batch.Indices.ToArray(), batch.Labels.ToArray(), batch.Pixels.ToArray()));
        return copies;
    }

    private static BatchSchedule Training(int epoch, int firstStep = 0) =>
        BatchSchedule.Training(Halves.Train, 8, All, seed: 3, epoch, firstStep);

    private static BatchSchedule Draws(int epoch, int firstStep = 0) =>
        BatchSchedule.ArchitectureDraws(Halves.Valid, 8, 7, All, seed: 3, epoch, firstStep);
}

/// <summary>A batch that outlives its pipeline, compared by content.</summary>
internal sealed record BatchCopy(int Step, int[] Indices, int[] Labels, float[] Pixels)
{
    public bool Equals(BatchCopy? other) =>
        other is not null && Step == other.Step && Indices.AsSpan().SequenceEqual(other.Indices)
        && Labels.AsSpan().SequenceEqual(other.Labels) && Pixels.AsSpan().SequenceEqual(other.Pixels);

    public override int GetHashCode() => Step;
}
