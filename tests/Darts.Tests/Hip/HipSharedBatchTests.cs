using MIOpenDarts.Darts.Bilevel;
using MIOpenDarts.Darts.Search;
using MIOpenDarts.Darts.Tests.Distributed;
using MIOpenDarts.Darts.Tests.Search;
using MIOpenDarts.Layers.Backends;
using MIOpenDarts.Layers.Randomness;
using MIOpenDarts.Tests.Hip;

namespace MIOpenDarts.Darts.Tests.Hip;

/// <summary>GPUs that share the batches of a search, leaf by leaf, make the steps of one.</summary>
[Trait("Category", "gpu")]
public class HipSharedBatchTests
{
    private const float Tolerance = 1e-5f;
    private const int Images = 8;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Two_GPUs_make_an_alpha_step_and_a_weight_step_as_one_does(bool unrolled)
    {
        var one = Step(0, unrolled, exchange: null);
        var both = ThreadExchange.Run(2, exchange => Step(exchange.Rank, unrolled, exchange));
        Assert.Equal(both[0], both[1]);
        Assert.All(one.Zip(both[0]), pair => Assert.Equal(pair.First, pair.Second, Tolerance * (1 + MathF.Abs(pair.First))));
    }

    [Fact]
    public void Statistics_of_a_whole_batch_are_not_shared_by_GPUs()
    {
        using var gpu = Gpu.Create();
        var error = ThreadExchange.Run(2, exchange =>
            Assert.Throws<BackendUnavailableException>(() => gpu.Leaves = new BatchLeaves(8, exchange)).Message)[0];
        Assert.Contains("add --batch-norm leaf", error);
    }

    // Weights, statistics and alphas after a step from the first state.
    private static float[] Step(int device, bool unrolled, ILeafExchange? exchange)
    {
        var options = SmallSearch.Options with { BatchSize = Images, Leaves = 4, BatchNorm = "leaf", Unrolled = unrolled };
        using var gpu = Gpu.Create(device);
        gpu.Leaves = options.Cut(exchange);
        using var state = new SearchState(options, DartsSearch.ShapeOf(SmallSearch.Images().Train, options), gpu);
        state.Initialize();
        var random = new CounterRandom(7, RandomStream.Augmentation);
        float[] train = [.. Enumerable.Range(0, 64 * Images).Select(_ => (float)random.NextNormal())];
        float[] valid = [.. Enumerable.Range(0, 64 * Images).Select(_ => (float)random.NextNormal())];
        int[] labels = [0, 1, 1, 0, 1, 0, 0, 1];
        var share = gpu.Leaves.ShareOf(Images, out var count);
        var result = state.Step(Share(train), Share(valid), rate: 0.025, epoch: 0, step: 0);
        Assert.Equal(Images, result.Images);
        var (weights, statistics) = (new float[state.Parameters.Count], new float[state.Parameters.BufferCount]);
        gpu.Download<float>(state.Parameters.Values, weights);
        gpu.Download<float>(state.Parameters.Buffers, statistics);
        return [(float)result.Loss, .. weights, .. statistics, .. state.Net.Alphas.SelectMany(alphas => alphas)];

        ImageBatch<float> Share(float[] pixels) =>
            new(pixels.AsSpan(64 * share.First, 64 * count), labels.AsSpan(share.First, count), share);
    }
}
