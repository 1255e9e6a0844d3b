using MIOpenDarts.Darts.Bilevel;
using MIOpenDarts.Darts.Distributed;
using MIOpenDarts.Darts.Supernets;
using MIOpenDarts.Darts.Tests.Supernets;
using MIOpenDarts.Layers.Backends;
using MIOpenDarts.Layers.Backends.Cpu;
using MIOpenDarts.Layers.Modules;

namespace MIOpenDarts.Darts.Tests.Distributed;

/// <summary>A supernet's pass over a batch that several processes share leaves what it leaves in one, bit for bit.</summary>
public class SharedBatchTests
{
    private static readonly SupernetShape Shape = new(3, 8, 8, 4, InitChannels: 4, Layers: 3, Nodes: 2, Multiplier: 2);
    private static readonly Pass Training = new(Training: true);

    [Theory]
    [InlineData("Shared", 13, 8, 2, 3, 4, 7, 8)]
    [InlineData("Shared", 9, 4, 3, 4)]
    [InlineData("Shared", 16, 16, 5, 16)]
    [InlineData("Textbook", 13, 8, 2, 3)]
    public void Processes_that_share_a_batch_have_the_sums_of_one(string form, int images, int leaves, params int[] sizes)
    {
        var alone = Pass(form, images, leaves, exchange: null);
        foreach (var size in sizes)
            Assert.All(ThreadExchange.Run(size, exchange => Pass(form, images, leaves, exchange)), rank => Assert.Equal(alone, rank));
    }

    [Theory]
    [InlineData(13, 8, 2, 3, 4, 7, 8)]
    [InlineData(8, 4, 2, 3)]
    public void Processes_that_share_a_batch_leaf_by_leaf_have_the_means_of_one(int images, int leaves, params int[] sizes)
    {
        var alone = Pass("Shared", images, leaves, exchange: null, perLeaf: true);
        foreach (var size in sizes)
            Assert.All(
                ThreadExchange.Run(size, exchange => Pass("Shared", images, leaves, exchange, perLeaf: true)),
                rank => Assert.Equal(alone, rank));
    }

    [Theory]
    [InlineData(2, false)]
    [InlineData(3, false)]
    [InlineData(3, true)]
    public void What_is_counted_for_ranks_is_what_they_exchange(int size, bool perLeaf)
    {
        var counted = new CountedExchange(size);
        Pass("Shared", 13, 8, counted, perLeaf);
        var exchanged = ThreadExchange.Run(size, exchange =>
        {
            Pass("Shared", 13, 8, exchange, perLeaf);
            return (ThreadExchange)exchange;
        });
        Assert.All(exchanged, rank => Assert.Equal(counted.Messages, rank.Messages));
        Assert.All(exchanged, rank => Assert.Equal(counted.SumBytes, rank.Gathered * sizeof(double) * (size - 1)));
        // Of a vector a rank sends all but its slice, and its slice to all others.
        Assert.Equal(counted.VectorBytes * size, exchanged.Sum(rank => 2 * rank.Added * sizeof(float) * (size - 1)), 8.0 * size * size);
    }

    [Theory]
    [InlineData(2, 4)]
    [InlineData(3, 4)]
    [InlineData(6, 2)]
    [InlineData(7, 2)]
    public void The_share_that_is_counted_for_a_forecast_is_the_largest(int size, int leaves)
    {
        Assert.Equal(leaves, new BatchLeaves(8, CountedExchange.OfLargestShare(size, 8)).Own);
        Assert.All(Enumerable.Range(0, size), rank => Assert.InRange(BatchLeaves.SubtreeOf(rank, size, 8).Count, 1, leaves));
    }

    [Fact]
    public void What_a_process_has_made_is_not_kept_where_another_one_cannot_make_it()
    {
        using var made = new MemoryStream();
        var told = ThreadExchange.Run(2, exchange => Assert.ThrowsAny<Exception>(() => new BatchLeaves(8, exchange).Agree(
            () => exchange.Rank == 0 ? made : throw new InvalidDataException("in the second"))).GetType());
        Assert.Equal([typeof(RankFailedException), typeof(InvalidDataException)], told);
        Assert.False(made.CanRead);
    }

    [Fact]
    public void The_number_of_leaves_changes_the_order_of_sums() =>
        Assert.NotEqual(Pass("Shared", 13, 8, exchange: null), Pass("Shared", 13, 1, exchange: null));

    // Loss, gradients of weights and alphas, statistics.
    private static float[] Pass(string form, int images, int leaves, ILeafExchange? exchange, bool perLeaf = false)
    {
        using var backend = CpuBackend.Create(threads: 1);
        backend.Leaves = new BatchLeaves(leaves, exchange, perLeaf);
        using var small = new SmallSupernet<float>(backend, Shape, Enum.Parse<CellForm>(form), images);
        var share = backend.Leaves.ShareOf(images, out var count);
        var each = small.Batch.Images.Length / images;
        IBilevelModel<float> model = perLeaf ? new LeafwiseModel<float>(small.Net) : small.Net;
        var result = model.Evaluate(
            new(small.Batch.Images.Slice(share.First * each, count * each), small.Batch.Labels.Slice(share.First, count), share), Training);
        Assert.Equal(images, result.Images);
        return
        [
            (float)result.Loss, result.Correct, .. Read(small.Net.Parameters.Diffs), .. Read(small.Net.Parameters.Buffers),
            .. small.Net.AlphaDiffs.SelectMany(diffs => diffs),
        ];

        float[] Read(Layers.Tensors.Tensor<float> tensor)
        {
            var numbers = new float[tensor.Shape.Count];
            backend.Download<float>(tensor, numbers);
            return numbers;
        }
    }
}
