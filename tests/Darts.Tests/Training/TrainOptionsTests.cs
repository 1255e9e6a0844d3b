using MIOpenDarts.Darts.Options;
using MIOpenDarts.Darts.Training;

namespace MIOpenDarts.Darts.Tests.Training;

public class TrainOptionsTests
{
    [Fact]
    public void The_default_is_the_recipe_of_the_paper()
    {
        var o = TrainPresets.Get("darts");
        Assert.Equal((600, 96, 20, 36, 0.025, 3e-4), (o.Epochs, o.BatchSize, o.Layers, o.InitChannels, o.LearningRate, o.WeightDecay));
        Assert.Equal((true, 0.4, 0.2, true, 16, 5.0), (o.Auxiliary, o.AuxiliaryWeight, o.DropPath, o.Cutout, o.CutoutLength, o.GradClip));
        var imagenet = TrainPresets.Get("imagenet");
        Assert.Equal(("imagenet", 250, 128, 0.1, 0.97, 0.1, 0.0),
            (imagenet.Stem, imagenet.Epochs, imagenet.BatchSize, imagenet.LearningRate, imagenet.LearningRateDecay, imagenet.LabelSmoothing,
            imagenet.DropPath));
    }

    [Fact]
    public void What_is_written_is_read_back()
    {
        foreach (var name in TrainPresets.Names)
            Assert.Equal(TrainPresets.Get(name), TrainOptions.Table.Parse(TrainOptions.Table.Format(TrainPresets.Get(name))));
    }

    [Fact]
    public void The_command_line_wins_over_the_preset() =>
        Assert.Equal((7, 0.1, 14), TrainOptions.Table.Resolve("imagenet", null, [new("epochs", "7")]) is var o
            ? (o.Epochs, o.LearningRate, o.Layers)
            : default);

    [Theory]
    [InlineData("epoch", "3", "did you mean epochs")]
    [InlineData("epochs", "0", "whole number from 1")]
    [InlineData("epochs", "99999999999", "whole number from 0")]
    [InlineData("stem", "square", "cifar, imagenet")]
    [InlineData("auxiliary", "maybe", "true or false")]
    public void Bad_values_are_named_with_what_is_allowed(string name, string value, string words) =>
        Assert.Contains(words, Assert.Throws<OptionsException>(() => TrainOptions.Table.Resolve(null, null, [new(name, value)])).Message);
}
