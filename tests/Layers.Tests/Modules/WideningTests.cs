using MIOpenDarts.Layers.Backends;
using MIOpenDarts.Layers.Modules;
using MIOpenDarts.Layers.Randomness;

namespace MIOpenDarts.Layers.Tests.Modules;

public class WideningTests
{
    private static readonly Dictionary<string, Module<float>> Narrow = new()
    {
        ["fewer modules"] = new Sequential<float>(new Relu<float>()),
        ["more modules"] = new Sequential<float>(new Relu<float>(), new GlobalAveragePool<float>(), new Relu<float>()),
        ["other modules"] = new Sequential<float>(new Relu<float>(), new AveragePool<float>(Window2D.Square(3, 1, 1))),
        ["no sequence"] = new Relu<float>(),
    };

    public static TheoryData<string> Others => [.. Narrow.Keys];

    [Theory]
    [MemberData(nameof(Others))]
    public void A_sequence_that_takes_the_place_of_another_kind_is_refused_by_both_names(string other)
    {
        var wide = new Sequential<float>(new Relu<float>(), new GlobalAveragePool<float>());
        var copies = new ChannelCopies(draw => new CounterRandom(1, RandomStream.Weights, 0, draw));
        var error = Assert.Throws<NotSupportedException>(() => wide.Widen(Narrow[other], copies, null));
        Assert.Contains(Narrow[other].GetType().Name, error.Message);
        Assert.Contains("GlobalAveragePool", error.Message);
    }

    [Fact]
    public void A_sequence_of_the_same_modules_hands_the_channels_on()
    {
        var copies = new ChannelCopies(draw => new CounterRandom(1, RandomStream.Weights, 0, draw));
        var inputs = copies.Draw(2, 4);
        Assert.Same(inputs, new Sequential<float>(new Relu<float>()).Widen(new Sequential<float>(new Relu<float>()), copies, inputs));
    }
}
