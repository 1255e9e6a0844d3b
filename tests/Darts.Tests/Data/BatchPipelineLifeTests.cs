using MIOpenDarts.Darts.Data;

namespace MIOpenDarts.Darts.Tests.Data;

public sealed class BatchPipelineLifeTests
{
    private static readonly ImageSet Images = TestImages.Set(64);
    private static readonly ImageEncoder Encoder = new(Images, Normalization.FashionMnist);
    private static readonly int[] Everything = [.. Enumerable.Range(0, 64)];

    [Theory]
    [InlineData(0)]
    [InlineData(3)]
    public void A_failure_while_a_batch_is_prepared_reaches_the_reader(int workers)
    {
        using var pipeline = new BatchPipeline(Encoder, 2, workers);
        pipeline.Start(BatchSchedule.InOrder([1, 2, 64, 3], 2));
        Assert.ThrowsAny<Exception>(() => ReadAll(pipeline));

        pipeline.Start(BatchSchedule.InOrder([1, 2, 3], 2));
        Assert.Equal(2, ReadAll(pipeline));
    }

    [Fact]
    public void As_many_threads_work_as_the_reader_needs()
    {
        using var pipeline = new BatchPipeline(Encoder, 2, workers: 3);
        pipeline.Start(BatchSchedule.InOrder(Everything, 2));
        for (var step = 0; step < 32; step++)
        {
            // A reader that is busy until all is prepared never waits.
            SpinWait.SpinUntil(() => pipeline.IsAhead);
            Assert.True(pipeline.TryRead(out _));
        }

        Assert.Equal(1, pipeline.Working);
        // One that does nothing else has to wait now and then.
        for (var epoch = 0; epoch < 100_000 && pipeline.Working < 3; epoch++)
        {
            pipeline.Start(BatchSchedule.InOrder(Everything, 2));
            Assert.Equal(32, ReadAll(pipeline));
        }

        Assert.Equal(3, pipeline.Working);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(4)]
    public void One_pipeline_serves_many_epochs_even_when_one_is_abandoned(int workers)
    {
        using var pipeline = new BatchPipeline(Encoder, 5, workers);
        for (var epoch = 0; epoch < 20; epoch++)
        {
            pipeline.Start(BatchSchedule.Training(Everything, 5, Augmentation.None, 1, epoch));
            Assert.True(pipeline.TryRead(out var batch));
            Assert.Equal(0, batch.Step);
        }

        pipeline.Start(BatchSchedule.Training(Everything, 5, Augmentation.None, 1, 0));
        Assert.Equal(13, ReadAll(pipeline));
        Assert.False(pipeline.TryRead(out _));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(2)]
    public void A_step_allocates_nothing_on_the_reading_thread(int workers)
    {
        using var pipeline = new BatchPipeline(Encoder, 4, workers);
        pipeline.Start(BatchSchedule.ArchitectureDraws(Everything, 4, 500, new Augmentation(2, true, 4), 1, 0));
        for (var step = 0; step < 100; step++) pipeline.TryRead(out _);
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var step = 0; step < 300; step++) pipeline.TryRead(out _);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    [Fact]
    public async Task Dispose_in_the_middle_of_an_epoch_returns_when_the_threads_have_ended()
    {
        var pipeline = new BatchPipeline(Encoder, 4, workers: 4);
        // Nobody reads on, so that the threads soon wait for room, and nothing but the stop ends them.
        pipeline.Start(BatchSchedule.ArchitectureDraws(Everything, 4, 1_000_000, Augmentation.None, 1, 0));
        pipeline.TryRead(out _);
        await Task.Run(pipeline.Dispose, TestContext.Current.CancellationToken).WaitAsync(TestContext.Current.CancellationToken);
        Assert.Throws<ObjectDisposedException>(() => pipeline.TryRead(out _));
        Assert.Throws<ObjectDisposedException>(() => pipeline.Start(BatchSchedule.InOrder(Everything, 4)));
    }

    [Fact]
    public void Misuse_is_refused()
    {
        using var pipeline = new BatchPipeline(Encoder, 4, workers: 1);
        Assert.Throws<InvalidOperationException>(() => pipeline.TryRead(out _));
        Assert.Throws<ArgumentException>(() => pipeline.Start(BatchSchedule.InOrder(Everything, 5)));
        Assert.Throws<ArgumentOutOfRangeException>(() => BatchSchedule.InOrder(Everything, 4, firstStep: 17));
        Assert.Throws<ArgumentOutOfRangeException>(() => new BatchPipeline(Encoder, 4, workers: -1));
    }

    [Fact]
    public void An_image_set_refuses_what_cannot_be_learned_from()
    {
        Assert.Throws<DataException>(() => new ImageSet("x", 1, 2, 2, 2, [], []));
        Assert.Throws<DataException>(() => new ImageSet("x", 1, 2, 2, 2, new byte[5], [0]));
        Assert.Throws<DataException>(() => new ImageSet("x", 1, 2, 2, 2, new byte[4], [2]));
        Assert.Throws<DataException>(() => new ImageSet("x", 0, 2, 2, 2, [], [0]));
        Assert.Throws<DataException>(() => new ImageSet("x", 1, 2, 2, 1, new byte[4], [0]));
        Assert.Equal(1f, Normalization.Measure(new ImageSet("x", 1, 2, 2, 2, new byte[8], [0, 1])).Deviation[0]);
    }

    private static int ReadAll(BatchPipeline pipeline)
    {
        var batches = 0;
        while (pipeline.TryRead(out _)) batches++;
        return batches;
    }
}
