using MIOpenDarts.Darts.Bilevel;
using MIOpenDarts.Darts.Data;
using MIOpenDarts.Darts.Options;
using MIOpenDarts.Darts.Records;
using MIOpenDarts.Darts.Search;
using MIOpenDarts.Layers.Backends.Cpu;
using MIOpenDarts.Layers.Backends.Reference;

namespace MIOpenDarts.Darts.Tests.Search;

public class DartsSearchTests
{
    [Fact]
    public void Ends_with_a_genotype_and_one_record_an_epoch()
    {
        using var backend = new ReferenceBackend<float>();
        var (train, valid) = SmallSearch.Images();
        var events = new Events();
        var result = DartsSearch.Run(train, valid, SmallSearch.Options, backend, events);
        Assert.Equal(2, result.History.Count);
        Assert.Equal(result.History[^1].Genotype, result.Genotype);
        Assert.Equal(result.History[^1].ValidAccuracy, result.ValidAccuracy);
        Assert.Equal(2, result.Genotype.Normal.Nodes.Count);
        Assert.InRange(result.TrainAccuracy, 0, 100);
        Assert.True(result.History[1].LearningRate < result.History[0].LearningRate);
        Assert.Equal(2, events.OfType<EpochDone>().Count());
        Assert.Equal(6, events.OfType<StepDone>().Count());
    }

    [Fact]
    public void Learns_what_is_easy()
    {
        using var backend = new ReferenceBackend<float>();
        var (train, valid) = SmallSearch.Images(40);
        var result = DartsSearch.Run(train, valid, SmallSearch.Options with { Epochs = 6, Augment = false }, backend);
        Assert.True(result.History[^1].TrainLoss < result.History[0].TrainLoss);
        Assert.True(result.ValidAccuracy >= 75, $"validation accuracy {result.ValidAccuracy}");
    }

    [Fact]
    public void A_validation_loss_that_is_no_number_ends_the_search_with_a_word()
    {
        using var backend = CpuBackend.Create(1);
        var (train, valid) = SmallSearch.Images();
        // The alphas rest in the first epoch, so that only the validation sees these images.
        var broken = new SearchImages(new ImageEncoder(valid.Encoder.Images, new Normalization([float.NaN], [1f])), valid.Indices);
        var error = Assert.Throws<RunDivergedException>(() =>
            DartsSearch.Run(train, broken, SmallSearch.Options with { WarmupEpochs = 1 }, backend));
        Assert.Contains("The validation loss after epoch 0 is NaN. A lower learning_rate (now 0.025) helps.", error.Message);
    }

    [Fact]
    public void The_same_seed_gives_the_same_search_and_another_seed_another()
    {
        using var backend = new ReferenceBackend<float>();
        var (train, valid) = SmallSearch.Images();
        var options = SmallSearch.Options with { Epochs = 1 };
        var first = DartsSearch.Run(train, valid, options, backend);
        var again = DartsSearch.Run(train, valid, options with { DataWorkers = 3 }, backend);
        var other = DartsSearch.Run(train, valid, options with { Seed = 6 }, backend);
        Assert.Equal(first.History[0].Normal.Alphas, again.History[0].Normal.Alphas);
        Assert.Equal(first.History[0].TrainLoss, again.History[0].TrainLoss);
        Assert.NotEqual(first.History[0].TrainLoss, other.History[0].TrainLoss);
    }

    [Theory]
    [InlineData(1, 8, 8, 1, 2)]
    [InlineData(4, 7, 9, 3, 3)]
    [InlineData(3, 5, 6, 1, 2)]
    public void Takes_batch_one_odd_and_non_square_images(int batch, int height, int width, int channels, int classes)
    {
        using var backend = new ReferenceBackend<float>();
        var (train, valid) = SmallSearch.Images(8, height, width, channels, classes);
        var result = DartsSearch.Run(train, valid, SmallSearch.Options with { Epochs = 1, BatchSize = batch, Augment = false }, backend);
        Assert.True(double.IsFinite(result.History[0].ValidLoss));
    }

    [Theory]
    [InlineData(true, 0.0)]
    [InlineData(false, 0.3)]
    public void Second_order_and_drop_path_run(bool unrolled, double dropPath)
    {
        using var backend = new ReferenceBackend<float>();
        var (train, valid) = SmallSearch.Images(8);
        var options = SmallSearch.Options with { Unrolled = unrolled, DropPath = dropPath };
        var plain = DartsSearch.Run(train, valid, SmallSearch.Options, backend);
        var result = DartsSearch.Run(train, valid, options, backend);
        Assert.NotEqual(plain.History[1].TrainLoss, result.History[1].TrainLoss);
    }

    [Fact]
    public void Refuses_options_out_of_range()
    {
        using var backend = new ReferenceBackend<float>();
        var (train, valid) = SmallSearch.Images();
        var error = Assert.Throws<OptionsException>(() => DartsSearch.Run(train, valid, SmallSearch.Options with { Epochs = 0 }, backend));
        Assert.Contains("epochs", error.Message);
    }

    [Fact]
    public void A_loss_that_is_not_finite_ends_the_run_with_the_cure()
    {
        using var backend = new ReferenceBackend<float>();
        var (train, valid) = SmallSearch.Images(40);
        var options = SmallSearch.Options with { LearningRate = 10, LearningRateMin = 10, GradClip = 1e6, Momentum = 0.99, Epochs = 50 };
        var error = Assert.ThrowsAny<Exception>(() => DartsSearch.Run(train, valid, options with { WeightDecay = 1 }, backend));
        Assert.IsType<RunDivergedException>(error);
        Assert.Contains("learning_rate", error.Message);
    }

    internal sealed class Events : List<RunEvent>, IProgress<RunEvent>
    {
        public void Report(RunEvent value) => Add(value);
    }
}
