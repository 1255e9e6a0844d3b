using MIOpenDarts.Additional;
using MIOpenDarts.Darts.Algorithms;
using MIOpenDarts.Darts.Algorithms.DrNas;
using MIOpenDarts.Darts.Genotypes;
using MIOpenDarts.Darts.Options;

namespace MIOpenDarts.Darts.Tests.Algorithms;

public sealed class DependentOptionsTests
{
    [Fact]
    public void A_rate_below_the_default_minimum_is_the_minimum_too()
    {
        Assert.Equal((0.0005, 0.0005), Rates(Resolve(("learning-rate", "0.0005"))));
        Assert.Equal((0.05, 0.001), Rates(Resolve(("learning-rate", "0.05"))));
        Assert.Equal((0.0005, 0.0001), Rates(Resolve(("learning-rate", "0.0005"), ("learning-rate-min", "0.0001"))));
        Assert.Equal((0.0005, 0.0005), Rates(SearchOptions.Table.Parse("""{"learning_rate": 0.0005}""")));
        Assert.Equal(["learning_rate_min is 0.001; allowed is a number from 0 to learning_rate, which is 0.0005"],
            Problems(("learning-rate", "0.0005"), ("learning-rate-min", "0.001")));
    }

    [Theory]
    [InlineData("-0.1")]
    [InlineData("0")]
    [InlineData("11")]
    public void A_rate_that_is_none_is_told_by_itself(string rate) =>
        Assert.Equal([$"learning_rate is {rate}; allowed is a number over 0, up to 10"], Problems(("learning-rate", rate)));

    [Fact]
    public void Fewer_nodes_make_fewer_outputs()
    {
        Assert.Equal((2, 2), (Resolve(("nodes", "2")).Nodes, Resolve(("nodes", "2")).Multiplier));
        Assert.Equal(4, Resolve(("nodes", "6")).Multiplier);
        Assert.Equal(["multiplier is 3; allowed is a whole number from 1 to nodes, which is 2"],
            Problems(("nodes", "2"), ("multiplier", "3")));
        Assert.Equal(["nodes is 0; allowed is a whole number from 1 to 16"], Problems(("nodes", "0"))
            .Where(problem => problem.StartsWith("nodes", StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(20)]
    public void Fewer_epochs_keep_the_share_of_warm_up_and_second_stage(int epochs)
    {
        foreach (var algorithm in SearchAlgorithm.All)
        {
            var options = Resolve(("algorithm", algorithm.Name), ("epochs", $"{epochs}"));
            var starts = algorithm.StageStarts(algorithm.Paper).Select(start => start * epochs / algorithm.Paper.Epochs).Distinct();
            Assert.Equal(starts, algorithm.StageStarts(options));
            Assert.InRange(options.WarmupEpochs, 0, algorithm.Paper.WarmupEpochs);
        }

        Assert.Equal(
            [$"warmup_epochs is {epochs}; allowed is a whole number from 0 to {epochs - 1}, so that the architecture moves in every stage"],
            Problems(("algorithm", "pc-darts"), ("epochs", $"{epochs}"), ("warmup-epochs", $"{epochs}")));
    }

    [Fact]
    public void More_epochs_leave_warm_up_and_second_stage_as_they_are()
    {
        var paper = SearchAlgorithm.Find("dr-nas")!.Paper;
        var longer = SearchOptions.Table.Apply(paper, [new("epochs", $"{2 * paper.Epochs}")]);
        Assert.Equal(paper with { Epochs = 2 * paper.Epochs }, longer);
    }

    [Fact]
    public void A_second_stage_that_goes_not_with_epochs_or_channels_is_told_by_itself()
    {
        Assert.Equal(
            ["second_stage_epoch is 50; allowed is 0, or a whole number below epochs, which is 50"],
            Problems(("algorithm", "dr-nas"), ("second-stage-epoch", "50")));
        Assert.Equal(
            ["second_stage_partial_channels is 5; allowed is a divisor of init_channels, which is 36"],
            Problems(("algorithm", "dr-nas"), ("second-stage-partial-channels", "5")));
        Assert.Equal(
            ["second_stage_operations is 8; allowed is a whole number from 1 to 7, the operations of space darts"],
            Problems(("algorithm", "dr-nas"), ("second-stage-operations", "8")));
        Assert.Equal(
            ["second_stage_operations is 0; allowed is a whole number from 1 to the operations of the space"],
            Problems(("algorithm", "dr-nas"), ("second-stage-operations", "0")));
    }

    [Fact]
    public void A_second_stage_may_keep_all_operations_of_a_larger_space() =>
        Assert.Equal(8, Resolve(
            ("algorithm", "dr-nas"), ("space", SqueezeConv.Space.Name),
            ("second-stage-operations", "8")).Own<DrNasOptions>().SecondStageOperations);

    [Fact]
    public void Without_a_second_stage_its_parts_bind_nothing() =>
        Assert.Equal(18, Resolve(("algorithm", "dr-nas"), ("second-stage-epoch", "0"), ("init-channels", "18")).InitChannels);

    [Fact]
    public void Spaces_that_are_added_later_are_among_those_that_are_allowed()
    {
        var space = SearchOptions.Table.Find("space")!;
        Assert.Contains("darts", space.Allowed);
        CellSpace.Add(CellSpace.Darts with { Name = "added-later" });
        Assert.EndsWith("added-later", space.Allowed);
        Assert.Contains("added-later", Assert.Single(Problems(("space", "other"))));
    }

    [Fact]
    public void Channels_that_partial_channels_do_not_divide_are_told_by_themselves()
    {
        Assert.Equal(["init_channels is 6; allowed is a multiple of partial_channels, which is 4"],
            Problems(("algorithm", "pc-darts"), ("init-channels", "6")));
        Assert.Equal(8, Resolve(("algorithm", "pc-darts"), ("init-channels", "8")).InitChannels);
        Assert.Equal(["partial_channels is 5; allowed is a divisor of init_channels, which is 16"],
            Problems(("algorithm", "pc-darts"), ("partial-channels", "5")));
    }

    private static (double Rate, double Min) Rates(SearchOptions options) => (options.LearningRate, options.LearningRateMin);

    private static SearchOptions Resolve(params (string Name, string Value)[] given) =>
        SearchOptions.Table.Resolve(null, null, given.Select(option => new KeyValuePair<string, string>(option.Name, option.Value)));

    private static IEnumerable<string> Problems(params (string Name, string Value)[] given) =>
        Assert.Throws<OptionsException>(() => Resolve(given)).Problems.Select(problem => problem.Message);
}
