using MIOpenDarts.Darts.Algorithms;
using MIOpenDarts.Darts.Genotypes;
using MIOpenDarts.Darts.Records;
using MIOpenDarts.Darts.Tests.Reports;
using MIOpenDarts.Darts.Watchdogs;

namespace MIOpenDarts.Darts.Tests.Watchdogs;

public class WatchRuleTests
{
    private static readonly SearchOptions Options = new() { Watch = "skip,rank,eigenvalue", WatchAction = "rollback" };

    [Theory]
    [InlineData(11, 2.6, 22, 10)]
    [InlineData(11, 2.4, -1, -1)]
    [InlineData(10, 2.6, 22, 10)]
    [InlineData(15, 3.0, 30, 18)]
    [InlineData(15, 1.0, -1, -1)]
    public void An_eigenvalue_mean_that_outgrows_the_one_four_values_earlier_raises_the_alarm(int outlier, double value, int epoch,
        int chosen)
    {
        // Every second epoch has a value: 1, but for one outlier. Windows of 5 values, so an outlier of 2.6 makes a mean of 1.32.
        var history = new List<EpochRecord>();
        WatchAlarm? alarm = null;
        for (var e = 0; e < 40 && alarm is null; e++)
        {
            history.Add(Seen(e, eigenvalue: e % 2 != 0 ? null : e == 2 * outlier ? value : 1));
            alarm = WatchRules.Judge(Options, history);
        }

        Assert.Equal((epoch, chosen), alarm is null ? (-1, -1) : (alarm.Epoch, alarm.Chosen));
        if (alarm is not null) Assert.Equal(("eigenvalue", true), (alarm.Watchdog, alarm.Ends));
    }

    [Fact]
    public void Means_that_are_not_positive_or_not_numbers_raise_no_alarm()
    {
        foreach (var bad in new[] { -1.0, 0.0, double.NaN })
        {
            List<EpochRecord> history = [.. Enumerable.Range(0, 18).Select(e => Seen(e, eigenvalue: e < 14 ? bad : 5))];
            Assert.Null(WatchRules.Judge(Options, history));
        }
    }

    [Theory]
    [InlineData("stop", 11, true)]
    [InlineData("rollback", 9, true)]
    [InlineData("report", 9, false)]
    public void Too_many_skip_connections_raise_one_alarm_not_before_the_first_watched_epoch(string action, int chosen, bool ends)
    {
        var options = Options with { WatchAction = action, WatchFrom = 11 };
        List<EpochRecord> history = [.. Enumerable.Range(0, 10).Select(e => Seen(e, skips: 1)), Seen(10, skips: 2)];
        Assert.Null(WatchRules.Judge(options, history));
        history.Add(Seen(11, skips: 3));
        var alarm = WatchRules.Judge(options, history)!;
        Assert.Equal(new WatchAlarm("skip", "the normal cell has 3 skip_connect edges, allowed are 1", 11, ends, chosen), alarm);
        history[^1] = history[^1] with { Watch = history[^1].Watch! with { Alarm = alarm } };
        history.Add(Seen(12, skips: 3));
        Assert.Null(WatchRules.Judge(options, history));
    }

    [Theory]
    [InlineData(3, 0, "the normal cell has 3 skip_connect edges, allowed are 1")]
    [InlineData(0, 3, "the reduction cell has 3 skip_connect edges, allowed are 2")]
    public void Too_many_skips_under_a_weight_on_the_cost_are_told_with_it_and_the_cure(int skips, int skipsReduce, string told)
    {
        var options = Options with { WatchSkipReduce = 2 };
        string Message(double weight) => WatchRules.Judge(options, [
            Seen(20, skips, skipsReduce) with { Cost = new CostRecord("macs", "multiply-adds", 5, 5, 1, 9, weight) },
        ])!.Message;
        Assert.Equal(told, Message(0));
        Assert.Equal(
            told + ", under a weight of 0.25 on macs, which skips lower: take a smaller cost_weight or a higher target", Message(0.25));
    }

    [Fact]
    public void The_reduction_cell_has_its_own_limit_and_an_unwatched_sign_none()
    {
        List<EpochRecord> history = [Seen(20, skipsReduce: 3)];
        Assert.Null(WatchRules.Judge(Options, history));
        Assert.Contains("reduction cell has 3", WatchRules.Judge(Options with { WatchSkipReduce = 2 }, history)!.Message);
        Assert.Null(WatchRules.Judge(Options with { WatchSkipReduce = 2, Watch = "rank" }, history));
    }

    [Fact]
    public void A_ranking_is_stable_since_the_last_epoch_in_which_two_operations_of_any_edge_changed_places()
    {
        // The last number only grows; the second edge's operations change places between epochs 1 and 2.
        double[][][] alphas = [[[1, 2, 3], [1, 2, 3]], [[1, 2, 4], [1, 2, 3]], [[1, 2, 5], [2, 1, 3]], [[1, 2, 6], [2, 1, 4]],
            [[1, 2, 7], [2, 1, 9]]];
        int Stable(int epochs) =>
            WatchRules.StableEpochs([.. alphas[..epochs]
            .Select((rows, e) => Seen(e) with { Normal = new AlphaRecord([rows[0]], []), Reduce = new AlphaRecord([rows[1]], []) })]);
        Assert.Equal([0, 1, 0, 1, 2], Enumerable.Range(1, 5).Select(Stable));
    }

    [Fact]
    public void Epochs_in_which_the_alphas_are_held_still_do_not_count_as_stable()
    {
        var still = new AlphaRecord([[1, 2]], []);
        var moved = new AlphaRecord([[1, 3]], []);
        EpochRecord[] history = [.. new[] { still, still, still, moved }.Select((alphas, e) =>
            Seen(e) with { Normal = alphas, Reduce = still })];
        Assert.Equal(0, WatchRules.StableEpochs(history[..3]));
        Assert.Equal(1, WatchRules.StableEpochs(history));
    }

    [Fact]
    public void A_stable_ranking_goes_back_to_the_first_epoch_that_had_it()
    {
        List<EpochRecord> history = [.. Enumerable.Range(0, 21).Select(e => Seen(e, stable: Math.Max(0, e - 9)))];
        Assert.Equal((20, 9), WatchRules.Judge(Options with { WatchRankEpochs = 11 }, history) is
        { } alarm ? (alarm.Epoch, alarm.Chosen) : default);
        Assert.Null(WatchRules.Judge(Options with { WatchRankEpochs = 12 }, history));
    }

    [Fact]
    public void Skips_are_counted_and_the_end_is_read_from_the_history()
    {
        Assert.Equal((2, 3), (WatchRules.Skips(NamedGenotypes.Get("DARTS_V2").Normal),
            WatchRules.Skips(NamedGenotypes.Get("DARTS_V2").Reduce)));
        List<EpochRecord> history = [Seen(0), Seen(1), Seen(2)];
        Assert.False(SearchEnd.IsReached(history, 4));
        Assert.True(SearchEnd.IsReached(history, 3));
        Assert.Equal((2, null), (SearchEnd.From(history).Chosen.Epoch, SearchEnd.From(history).Message));
        history[2] = history[2] with { Watch = history[2].Watch! with { Alarm = new WatchAlarm("rank", "why", 2, Ends: true, 1) } };
        Assert.True(SearchEnd.IsReached(history, 4));
        Assert.Equal(1, SearchEnd.From(history).Chosen.Epoch);
        Assert.Equal("watchdog rank in epoch 2: why; the genotype is that of epoch 1", SearchEnd.From(history).Message);
    }

    [Theory]
    [InlineData("none", true)]
    [InlineData("", true)]
    [InlineData("skip", true)]
    [InlineData("rank, eigenvalue", true)]
    [InlineData("skip,skip", false)]
    [InlineData("none,skip", false)]
    [InlineData("skips", false)]
    public void The_option_takes_a_list_of_watchdogs(string text, bool valid) =>
        Assert.Equal(valid, new SearchOptions { Watch = text }.Validate().Count == 0);

    [Fact]
    public void Every_method_that_trains_can_have_all_watchdogs() => Assert.All(
        SearchAlgorithm.All.Where(algorithm => algorithm.Trains),
        algorithm => Assert.Empty((algorithm.Paper with { Watch = "skip,rank,eigenvalue" }).Validate()));

    private static EpochRecord Seen(int epoch, int skips = 0, int skipsReduce = 0, int stable = 0, double? eigenvalue = null) =>
        SampleRun.Epoch(0, 1) with { Epoch = epoch, Watch = new WatchRecord(skips, skipsReduce, stable, eigenvalue) };
}
