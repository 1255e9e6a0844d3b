using MIOpenDarts.Darts.Genotypes;
using MIOpenDarts.Darts.Records;
using MIOpenDarts.Darts.Reports;
using MIOpenDarts.Darts.Supernets;

namespace MIOpenDarts.Darts.Tests.Reports;

public class LeadTextTests
{
    private static readonly OperationLead Learned = new(96, 0.01, 0.024, 0.006, 0, 28, 7, 5);

    [Fact]
    public void A_lead_stands_beside_that_of_noise_with_what_to_do_for_more()
    {
        var text = LeadText.Of(History(Learned));
        Assert.Equal(
            "The strongest operation of an edge is on average 2.4 % ahead of the next (noise alone: 0.60 % in 96 steps of the alphas), "
            + "and 5 of 28 edges have kept the operation of their first draw (by chance 4): this is more than chance gives. "
            + "For more: --epochs 8 halves the share of noise; --seeds 0..3 --retrain 4 tells whether such cells beat random ones.",
            text);
    }

    [Fact]
    public void A_lead_that_noise_reaches_is_called_chance()
    {
        Assert.Contains("this genotype is mostly chance.", LeadText.Of(History(Learned with { Lead = 0.007, ChanceShare = 0.06 })));
        Assert.DoesNotContain("mostly chance", LeadText.Of(History(Learned with { ChanceShare = 0.05 })));
    }

    [Fact]
    public void Edges_that_keep_what_the_first_draw_favoured_are_told() =>
        Assert.Contains("the first draw decides most edges.", LeadText.Of(History(Learned with { Unchanged = 15 })));

    [Fact]
    public void Where_all_first_alphas_are_equal_no_draw_is_spoken_of() =>
        Assert.DoesNotContain("first draw", LeadText.Of(History(Learned with { Unchanged = null })));

    [Fact]
    public void Alphas_that_rested_are_chance() =>
        Assert.StartsWith("The alphas have not moved yet: this genotype is chance.", LeadText.Of(History(Learned with { Steps = 0 })));

    [Fact]
    public void A_drawn_genotype_tells_nothing_and_an_old_log_is_silent()
    {
        var drawn = SearchHistory.From([SampleRun.Start(1), new GenotypeDrawn(0, NamedGenotypes.Get("DARTS_V2"))]);
        Assert.Contains("nothing was trained", LeadText.Of(drawn));
        Assert.Contains("nothing was trained", HtmlReport.Render(drawn));
        Assert.Null(LeadText.Of(SearchHistory.From(SampleRun.Events(2))));
        Assert.Null(LeadText.Of(SearchHistory.From(SampleRun.Events(0))));
    }

    [Fact]
    public void The_page_says_it_in_the_same_words() =>
        Assert.Contains(LeadText.Of(History(Learned))!, HtmlReport.Render(History(Learned)));

    private static SearchHistory History(OperationLead lead) => SearchHistory.From([
        SampleRun.Start(2), new EpochDone(1, SampleRun.Epoch(0, 2)), new EpochDone(2, SampleRun.Epoch(1, 2) with { Lead = lead }),
        new RunEnded(3, RunOutcome.Done)]);
}
