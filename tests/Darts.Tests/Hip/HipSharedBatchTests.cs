using MIOpenDarts.Darts.Algorithms;
using MIOpenDarts.Darts.Bilevel;
using MIOpenDarts.Darts.Evaluation;
using MIOpenDarts.Darts.Options;
using MIOpenDarts.Darts.Search;
using MIOpenDarts.Darts.Tests.Distributed;
using MIOpenDarts.Darts.Tests.Search;
using MIOpenDarts.Darts.Tests.Training;
using MIOpenDarts.Darts.Training;
using MIOpenDarts.Layers.Backends;
using MIOpenDarts.Layers.Backends.MIOpen;
using MIOpenDarts.Layers.Modules;
using MIOpenDarts.Layers.Randomness;
using MIOpenDarts.Tests.Hip;

namespace MIOpenDarts.Darts.Tests.Hip;

/// <summary>GPUs that share batches make the steps of one.</summary>
[Trait("Category", "gpu")]
public class HipSharedBatchTests
{
    private const float Tolerance = 1e-5f;

    // The ranks have shares of different size, so a mean of means is not the mean of all.
    private const int Images = 7;

    [Theory]
    [InlineData("sync", false, 0.0)]
    [InlineData("sync", true, 0.0)]
    // Operation by operation, so that MIOpen's own batch norms are among them.
    [InlineData("sync", false, 0.3)]
    [InlineData("leaf", false, 0.0)]
    [InlineData("leaf", true, 0.0)]
    public void Two_GPUs_make_an_alpha_step_and_a_weight_step_as_one_does(string batchNorm, bool unrolled, double dropPath)
    {
        var options = SmallSearch.Options with
        {
            BatchSize = Images,
            Leaves = 4,
            BatchNorm = batchNorm,
            Unrolled = unrolled,
            DropPath = dropPath,
        };
        AssertSame(ranks: 2, (device, exchange) => Search(options, device, exchange));
    }

    [Theory]
    [InlineData("sync")]
    [InlineData("leaf")]
    public void Three_ranks_on_two_GPUs_make_the_steps_of_one(string batchNorm)
    {
        var options = SmallSearch.Options with { BatchSize = Images, Leaves = 4, BatchNorm = batchNorm };
        AssertSame(ranks: 3, (device, exchange) => Search(options, device, exchange));
    }

    [Theory]
    [InlineData("sync")]
    [InlineData("leaf")]
    public void Two_GPUs_train_as_one_does(string batchNorm)
    {
        var options = SmallTraining.Options with
        {
            BatchSize = Images,
            Leaves = 4,
            BatchNorm = batchNorm,
            Auxiliary = true,
            LabelSmoothing = 0.1,
        };
        AssertSame(ranks: 2, (device, exchange) => Train(options, device, exchange));
    }

    private static void AssertSame(int ranks, Func<int, ILeafExchange?, float[]> step)
    {
        var one = step(0, null);
        var all = ThreadExchange.Run(ranks, exchange => step(exchange.Rank % 2, exchange));
        Assert.All(all, rank => Assert.Equal(all[0], rank));
        Assert.All(one.Zip(all[0]), pair => Assert.Equal(pair.First, pair.Second, Tolerance * (1 + MathF.Abs(pair.First))));
    }

    // Loss, weights, statistics and alphas after a step from the first state.
    private static float[] Search(SearchOptions options, int device, ILeafExchange? exchange)
    {
        using var gpu = Cut(options, device, exchange);
        using var state = new SearchState(options, DartsSearch.ShapeOf(SmallSearch.Images().Train, options), gpu);
        state.Initialize();
        state.Net.SetDropPath(options.DropPath);
        var random = new CounterRandom(7, RandomStream.Augmentation);
        var (train, valid) = (Pixels(random), Pixels(random));
        var result = state.Step(Share(gpu, train), Share(gpu, valid), rate: 0.025, epoch: 0, step: 0);
        Assert.Equal(Images, result.Images);
        return [(float)result.Loss, .. Read(gpu, state.Parameters), .. state.Net.Alphas.SelectMany(alphas => alphas)];
    }

    // The same of a training with auxiliary head and drop path.
    private static float[] Train(TrainOptions options, int device, ILeafExchange? exchange)
    {
        using var gpu = Cut(options, device, exchange);
        using var state = new TrainState(options, EvaluationTraining.Describe(SmallTraining.Data(), options), gpu);
        state.Initialize();
        state.Net.SetDropPath(0.3);
        var train = Pixels(new CounterRandom(7, RandomStream.Augmentation));
        var result = state.Step(Share(gpu, train), rate: 0.025, epoch: 0, step: 0);
        Assert.Equal(Images, result.Images);
        return [(float)result.Loss, .. Read(gpu, state.Parameters)];
    }

    private static MIOpenBackend Cut(RunOptions options, int device, ILeafExchange? exchange)
    {
        var gpu = Gpu.Create(device);
        gpu.Leaves = options.Cut(exchange);
        return gpu;
    }

    private static float[] Pixels(CounterRandom random) => [.. Enumerable.Range(0, 64 * Images).Select(_ => (float)random.NextNormal())];

    private static ImageBatch<float> Share(MIOpenBackend gpu, float[] pixels)
    {
        int[] labels = [0, 1, 1, 0, 1, 0, 0];
        var share = gpu.Leaves.ShareOf(Images, out var count);
        return new(pixels.AsSpan(64 * share.First, 64 * count), labels.AsSpan(share.First, count), share);
    }

    private static float[] Read(MIOpenBackend gpu, ParameterSet<float> parameters)
    {
        var (weights, statistics) = (new float[parameters.Count], new float[parameters.BufferCount]);
        gpu.Download<float>(parameters.Values, weights);
        gpu.Download<float>(parameters.Buffers, statistics);
        return [.. weights, .. statistics];
    }
}
