using MIOpenDarts.Darts.Data;

namespace MIOpenDarts.Darts.Tests.Data;

public class HeldOutTests
{
    [Fact]
    public void The_same_share_of_every_class_is_held_out_and_nothing_is_lost()
    {
        var all = TestImages.Set(60);
        var data = HeldOut.From(Of(all), 0.25, seed: 3);
        Assert.Equal((45, 15), (data.Train.Count, data.Test!.Count));
        Assert.All(Enumerable.Range(0, 3), k => Assert.Equal(5, data.Test.Labels.ToArray().Count(label => label == k)));
        var both = Images(data.Train).Concat(Images(data.Test)).Order(StringComparer.Ordinal);
        Assert.Equal(Images(all).Order(StringComparer.Ordinal), both);
        Assert.Equal("25% of the training images, held out", data.Description.Test);
    }

    [Fact]
    public void The_seed_decides_which_and_nothing_else_does()
    {
        var data = Of(TestImages.Set(60));
        Assert.Equal(Images(HeldOut.From(data, 0.2, 1).Test!), Images(HeldOut.From(data, 0.2, 1).Test!));
        Assert.NotEqual(Images(HeldOut.From(data, 0.2, 1).Test!), Images(HeldOut.From(data, 0.2, 2).Test!));
    }

    [Fact]
    public void A_class_keeps_an_image_to_train_on()
    {
        var data = HeldOut.From(Of(TestImages.Set(7)), 0.9, 0);
        Assert.Equal([0, 1, 2], data.Train.Labels.ToArray().Order());
        Assert.Equal(4, data.Test!.Count);
    }

    [Fact]
    public void What_cannot_be_held_out_is_refused()
    {
        Assert.Contains("give a larger --held-out", Assert.Throws<DataException>(() =>
            HeldOut.From(Of(TestImages.Set(6)), 0.01, 0)).Message);
        var tested = Of(TestImages.Set(6)) with { Test = TestImages.Set(3) };
        Assert.Contains("there are 3 test images already", Assert.Throws<DataException>(() => HeldOut.From(tested, 0.5, 0)).Message);
    }

    private static ImageData Of(ImageSet train) => new("x", train, null, Normalization.Measure(train));

    private static IEnumerable<string> Images(ImageSet set) =>
        Enumerable.Range(0, set.Count).Select(i => $"{set.Labels[i]} {Convert.ToHexString(set.Image(i))}");
}
