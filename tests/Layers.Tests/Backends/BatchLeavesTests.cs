using MIOpenDarts.Layers.Backends;

namespace MIOpenDarts.Layers.Tests.Backends;

public sealed class BatchLeavesTests
{
    [Theory]
    [InlineData(8)]
    [InlineData(9)]
    [InlineData(13)]
    [InlineData(40)]
    [InlineData(64)]
    public void The_leaves_of_a_process_are_those_of_the_whole_batch(int images)
    {
        var whole = new ImageGroups(images, 8);
        int[] starts = [.. Enumerable.Range(0, 9).Select(whole.First)];
        Assert.Equal(images, starts[8]);
        Assert.All(Enumerable.Range(0, 8), leaf => Assert.InRange(starts[leaf + 1] - starts[leaf], images / 8, (images + 7) / 8));
        for (var size = 1; size <= 8; size++)
        {
            var next = 0;
            for (var rank = 0; rank < size; rank++)
            {
                var (firstLeaf, leaves) = BatchLeaves.SubtreeOf(rank, size, 8);
                var (first, count) = BatchLeaves.SubtreeOf(rank, size, images);
                Assert.Equal(next, firstLeaf);
                var own = new ImageGroups(count, leaves);
                Assert.Equal(leaves, own.Count);
                Assert.Equal(
                    starts[firstLeaf..(firstLeaf + leaves + 1)], Enumerable.Range(0, leaves + 1).Select(g => first + own.First(g)));
                next += leaves;
            }

            Assert.Equal(8, next);
        }
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(3, 2)]
    [InlineData(7, 4)]
    public void A_batch_with_fewer_images_than_leaves_has_fewer_groups(int images, int groups) =>
        Assert.Equal(groups, new ImageGroups(images, 8).Count);
}
