using CsCheck;
using MIOpenDarts.Layers.Backends.Cpu.Threads;

namespace MIOpenDarts.Layers.Tests.Backends;

public class StaticPartitionTests
{
    private static readonly Gen<(int Row, int Rows, int Threads)> Cases = Gen.Select(Gen.Int[1, 40], Gen.Int[1, 5], Gen.Int[1, 9]);

    [Fact]
    public void Shares_are_all_items_and_no_item_twice() =>
        Cases.Holds((row, rows, threads) =>
        {
            var shares = new StaticPartition(row * rows, row, threads);
            var items = Enumerable.Range(0, threads).SelectMany(t => Enumerable.Range(0, shares.Count(t)).Select(k => shares.Item(t, k)));
            Assert.Equal(Enumerable.Range(0, row * rows), items.Order());
        });

    [Fact]
    public void An_image_has_one_owner_in_all_rows() =>
        Cases.Holds((row, rows, threads) =>
        {
            var shares = new StaticPartition(row * rows, row, threads);
            for (var t = 0; t < threads; t++)
            {
                var images = Enumerable.Range(0, shares.Count(t)).Select(k => shares.Item(t, k) % row).ToArray();
                Assert.Equal(rows * images.Distinct().Count(), images.Length);
                Assert.True(images.Length == 0 || images.Max() - images.Min() < images.Length / rows, "A share is one stretch of a row.");
            }
        });

    [Fact]
    public void What_follows_an_item_is_what_its_owner_takes_next() =>
        Cases.Holds((row, rows, threads) =>
        {
            var shares = new StaticPartition(row * rows, row, threads);
            for (var t = 0; t < threads; t++)
                for (var k = 0; k < shares.Count(t); k++)
                    Assert.Equal(k + 1 < shares.Count(t) ? shares.Item(t, k + 1) : -1, shares.After(shares.Item(t, k)));
        });
}
