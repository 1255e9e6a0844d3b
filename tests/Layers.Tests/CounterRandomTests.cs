using MIOpenDarts.Layers.Randomness;

namespace MIOpenDarts.Layers.Tests;

public class CounterRandomTests
{
    [Fact]
    public void Is_the_published_philox_for_a_zero_key_and_counter()
    {
        // Known-answer test of the Random123 distribution: philox4x32-10, counter 0, key 0.
        var random = new CounterRandom(0, 0);
        Assert.Equal([0x6627e8d5u, 0xe169c58du, 0xbc57ac4cu, 0x9b00dbd8u],
            [random.NextUInt32(), random.NextUInt32(), random.NextUInt32(), random.NextUInt32()]);
    }

    [Fact]
    public void Streams_epochs_and_indices_differ()
    {
        var first = new HashSet<uint>();
        foreach (var stream in Enum.GetValues<RandomStream>())
            for (var epoch = 0; epoch < 10; epoch++)
                for (var index = 0; index < 10; index++)
                    first.Add(new CounterRandom(7, stream, epoch, index).NextUInt32());
        Assert.True(first.Count >= Enum.GetValues<RandomStream>().Length * 100 - 1);
    }

    [Fact]
    public void Normal_deviates_have_mean_zero_and_unit_variance()
    {
        var random = new CounterRandom(1, RandomStream.Weights);
        double sum = 0, squares = 0;
        const int count = 100_000;
        for (var i = 0; i < count; i++)
        {
            var x = random.NextNormal();
            sum += x;
            squares += x * x;
        }

        Assert.InRange(sum / count, -0.02, 0.02);
        Assert.InRange(squares / count, 0.98, 1.02);
    }

    [Fact]
    public void Shuffle_is_a_permutation_and_integers_stay_in_range()
    {
        var random = new CounterRandom(3, RandomStream.TrainOrder);
        var items = Enumerable.Range(0, 1000).ToArray();
        random.Shuffle(items);
        Assert.NotEqual(Enumerable.Range(0, 1000), items);
        Assert.Equal(Enumerable.Range(0, 1000), items.Order());
        Assert.Throws<ArgumentOutOfRangeException>(() => new CounterRandom(3, RandomStream.Split).NextInt32(0));
    }
}
