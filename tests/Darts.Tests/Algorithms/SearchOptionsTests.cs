using MIOpenDarts.Darts.Algorithms;
using MIOpenDarts.Darts.Options;

namespace MIOpenDarts.Darts.Tests.Algorithms;

public sealed class SearchOptionsTests
{
    [Fact]
    public void The_defaults_are_the_official_ones()
    {
        var options = new SearchOptions();
        Assert.Equal((50, 64, 8, 16, 4, 4, 3),
            (options.Epochs, options.BatchSize, options.Layers, options.InitChannels, options.Nodes, options.Multiplier,
            options.StemMultiplier));
        Assert.Equal((0.025, 0.001, 0.9, 3e-4, 5.0),
            (options.LearningRate, options.LearningRateMin, options.Momentum, options.WeightDecay, options.GradClip));
        Assert.Equal((3e-4, 0.5, 0.999, 1e-3),
            (options.AlphaLearningRate, options.AlphaBeta1, options.AlphaBeta2, options.AlphaWeightDecay));
        Assert.Equal((0.5, false, false, 16, 0.0, 4, false, 2UL, 50),
            (options.TrainPortion, options.Unrolled, options.Cutout, options.CutoutLength, options.DropPath, options.DataWorkers,
            options.MixedPrecision, options.Seed, options.ReportInterval));
        Assert.Equal(options, SearchPresets.Get("darts"));
    }

    [Fact]
    public void Every_preset_is_valid()
    {
        Assert.All(SearchPresets.Names, name => Assert.Empty(SearchPresets.Get(name).Validate()));
        var rx580 = SearchPresets.Get("RX580");
        Assert.Equal((32, 8, 8, 4), (rx580.BatchSize, rx580.InitChannels, rx580.Layers, rx580.Nodes));
    }

    [Fact]
    public void An_unknown_preset_lists_the_known_ones() => Assert.Equal(
        "preset is 'fast'; allowed is darts, rx580, demo",
        Assert.Throws<OptionsException>(() => SearchPresets.Get("fast")).Message);

    [Fact]
    public void Validation_returns_all_problems_with_field_value_and_range()
    {
        var options = new SearchOptions
        {
            BatchSize = 0,
            Nodes = 2,
            Multiplier = 3,
            LearningRate = 0.01,
            LearningRateMin = 0.02,
            Momentum = 1,
            TrainPortion = double.NaN,
            Backend = "cuda",
            MixedPrecision = true
        };
        Assert.Equal(
        [
            "backend is cuda; allowed is auto, hip, hip:0 (a device number), cpu or reference",
            "batch_size is 0; allowed is a whole number from 1 to 65536",
            "multiplier is 3; allowed is a whole number from 1 to nodes, which is 2",
            "learning_rate_min is 0.02; allowed is a number from 0 to learning_rate, which is 0.01",
            "momentum is 1; allowed is a number from 0, below 1",
            "train_portion is NaN; allowed is a number over 0, below 1",
            "mixed_precision is true; allowed is false: gfx803 computes half precision no faster than single, so it would cost accuracy " +
                "and gain nothing",
        ], options.Validate().Select(problem => problem.Message));
    }

    [Theory]
    [InlineData("auto")]
    [InlineData("hip:1")]
    [InlineData("reference")]
    public void Backends_are_named_with_an_optional_device(string backend) =>
        Assert.Empty(new SearchOptions { Backend = backend }.Validate());

    [Fact]
    public void The_configuration_has_every_option_as_it_is_shown()
    {
        var options = new SearchOptions();
        var json = System.Text.Json.Nodes.JsonNode.Parse(SearchOptions.Table.Format(options))!.AsObject();
        Assert.Equal(json.Select(pair => pair.Key).Order(), SearchOptions.Table.All.Select(field => field.Name).Order());
        Assert.All(SearchOptions.Table.All, field => Assert.Equal(json[field.Name]!.ToString(), field.Show(options)));
    }

    [Fact]
    public void Json_round_trips_in_snake_case()
    {
        var options = SearchPresets.Get("rx580") with { Seed = ulong.MaxValue, Unrolled = true, Data = "/a \"b\"" };
        var json = SearchOptions.Table.Format(options);
        Assert.Contains("\"init_channels\": 8", json, StringComparison.Ordinal);
        Assert.Equal(options, SearchOptions.Table.Parse(json));
    }

    [Fact]
    public void Json_in_camel_case_keeps_the_official_defaults_for_the_rest() =>
        Assert.Equal(new SearchOptions { BatchSize = 7, AlphaBeta1 = 0.25 }, SearchOptions.Table.Parse("""{"batchSize": 7, "alphaBeta1": 0.25, /* fine */ }"""));

    [Theory]
    [InlineData("""{"batch_sise": 7}""", "batch_sise is not an option; did you mean batch_size?")]
    [InlineData("""{"batch_size": "7"}""", "batch_size is \"7\"; allowed is a whole number from 1 to 65536")]
    [InlineData("""{"batch_size": 7.5}""", "batch_size is 7.5; allowed is a whole number")]
    [InlineData("""{"batch_size": 99999999999}""", "batch_size is 99999999999; allowed is a whole number")]
    [InlineData("""{"batch_size": null}""", "batch_size is null; allowed is a whole number")]
    [InlineData("""{"seed": -1}""", "seed is -1; allowed is a whole number from 0")]
    [InlineData("""{"unrolled": 1}""", "unrolled is 1; allowed is true or false")]
    [InlineData("""{"momentum": 1e999}""", "momentum is 1e999; allowed is a number")]
    [InlineData("""{"data": 5}""", "data is 5; allowed is fashion-mnist-slice or a folder")]
    [InlineData("""{"batch_size": 7, "batchSize": 8}""", "batchSize is given twice")]
    [InlineData("""{"seed": 1, "seed": 2}""", "not valid JSON")]
    [InlineData("[]", "not a JSON object")]
    [InlineData("{", "not valid JSON")]
    public void Bad_json_is_refused_by_name(string json, string expected) =>
        Assert.Contains(expected, Assert.Throws<OptionsException>(() => SearchOptions.Table.Parse(json)).Message, StringComparison.Ordinal);
}
