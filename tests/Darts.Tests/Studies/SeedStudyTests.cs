using System.Xml.Linq;
using MIOpenDarts.Darts.Algorithms;
using MIOpenDarts.Darts.Genotypes;
using MIOpenDarts.Darts.Options;
using MIOpenDarts.Darts.Studies.Seeds;

namespace MIOpenDarts.Darts.Tests.Studies;

public class SeedStudyTests
{
    private static readonly GenotypeCell One = Cell((Primitives.SepConv3x3, 0), (Primitives.SkipConnect, 1), (Primitives.SepConv3x3, 0),
        (Primitives.MaxPool3x3, 2));
    private static readonly GenotypeCell Two = Cell((Primitives.SepConv3x3, 0), (Primitives.SkipConnect, 1), (Primitives.DilConv5x5, 1),
        (Primitives.MaxPool3x3, 2));
    private static readonly GenotypeCell Three = Cell((Primitives.SepConv5x5, 0), (Primitives.SkipConnect, 1), (Primitives.DilConv3x3, 1),
        (Primitives.MaxPool3x3, 0));

    [Fact]
    public void Agreement_counts_who_keeps_an_edge_and_with_which_operation()
    {
        EdgeAgreement[] expected =
        [
            new(0, 2, 1, Primitives.SepConv3x3, 2 / 3.0),
            new(1, 2, 1, Primitives.SkipConnect, 1),
            new(0, 3, 2 / 3.0, Primitives.MaxPool3x3, 1 / 3.0),
            new(1, 3, 2 / 3.0, Primitives.DilConv3x3, 1 / 3.0),
            new(2, 3, 2 / 3.0, Primitives.MaxPool3x3, 2 / 3.0),
        ];
        Assert.Equal(expected, EdgeAgreement.From([One, Two, Three]));
    }

    [Fact]
    public void Overlap_is_what_two_cells_share_of_what_either_has()
    {
        Assert.Equal(1, EdgeAgreement.Overlap([One, One], withOperation: true));
        // Edges: 3 of 5 for the first pair, 3 of 5 for the second, 3 of 5 for the third. With operations: 3 of 5, 1 of 7, 1 of 7.
        Assert.Equal(0.6, EdgeAgreement.Overlap([One, Two, Three], withOperation: false), 12);
        Assert.Equal((3 / 5.0 + 1 / 7.0 + 1 / 7.0) / 3, EdgeAgreement.Overlap([One, Two, Three], withOperation: true), 12);
        Assert.Equal(double.NaN, EdgeAgreement.Overlap([One], withOperation: true));
    }

    [Fact]
    public void Random_cells_share_what_chance_gives_them()
    {
        // One node has both inputs for its edges; two random operations are equal in one of seven pairs.
        Assert.Equal(1, EdgeAgreement.Chance(1, withOperation: false));
        Assert.InRange(EdgeAgreement.Chance(1, withOperation: true), 0.05, 0.15);
    }

    [Fact]
    public void An_edge_with_two_operations_is_one_edge()
    {
        var both = new GenotypeCell([[new(Primitives.SkipConnect, 0), new(Primitives.SepConv3x3, 0)], []], GenotypeConcat.Range(2, 3));
        Assert.Equal([new EdgeAgreement(0, 2, 1, Primitives.SkipConnect, 1)], EdgeAgreement.From([both]));
    }

    [Fact]
    public void Spread_is_the_mean_and_the_deviation_of_a_sample()
    {
        Assert.Equal(new Spread(3, 4, 2), Spread.From([2, 4, 6]));
        Assert.Equal(new Spread(1, 5, null), Spread.From([5]));
        Assert.Equal("4.00 ± 2.00", Spread.From([2, 4, 6]).ToString());
        Assert.True(double.IsNaN(Spread.From([]).Mean));
    }

    [Fact]
    public void Entropy_is_that_of_rows_scaled_to_one()
    {
        Assert.Equal(Math.Log(2) / 2, SeedReader.Entropy([[0.5, 0.5], [1, 0]]), 12);
        Assert.Equal(Math.Log(2), SeedReader.Entropy([[0.9, 0.9]]), 12);
    }

    [Fact]
    public void The_plan_survives_its_file_and_says_what_is_wrong_with_one_that_is_not()
    {
        var plan = new SeedPlan([3, ulong.MaxValue], 4, new SearchOptions { Epochs = 7 });
        var read = SeedPlan.Parse(plan.Format(), "seeds.json");
        Assert.Equal(plan.Seeds, read.Seeds);
        Assert.Equal((plan.Retrain, plan.Options), (read.Retrain, read.Options));
        Assert.Contains("seeds.json", Assert.Throws<OptionsException>(() => SeedPlan.Parse("{\"seeds\": [1]}", "seeds.json")).Message);
        Assert.Contains("seeds.json", Assert.Throws<OptionsException>(() => SeedPlan.Parse("nonsense", "seeds.json")).Message);
    }

    [Fact]
    public void The_report_has_genotypes_agreement_accuracies_and_the_difference_to_random_cells()
    {
        var study = Study(
            Result(0, One, 80) with { Found = Trained(One, 100, 70), Random = Trained(Two, 103, 66) },
            Result(1, Three, 90) with { Found = Trained(Three, 100, 74), Random = Trained(Two, 120, 72), Ending = "watchdog <skip>" });
        var text = SeedText.Render(study);
        var page = XDocument.Parse(SeedReport.Render(study).Replace("<!DOCTYPE html>", "")).Root!.Value;
        string[] parts =
        [
            "85.00 ± 7.07", "72.00 ± 2.83", "69.00 ± 4.24", "3.00 ± 1.41", "+4.00",
            "Found cells are 3.00 points better than random cells of their size (standard error 1.00)",
            "seed 1: parameters of the random cell differ by +20 %", "c_{k-2} -> 0",
            "two seeds share 60 % (random cells", $"{new Genotype(One, One)}", "watchdog <skip>",
        ];
        Assert.All(parts, part => Assert.Contains(part, text));
        Assert.All(parts, part => Assert.Contains(part, page));
        Assert.DoesNotContain("seed 0: no random cell", text);
    }

    [Fact]
    public void The_report_is_there_for_no_seed_and_for_one()
    {
        Assert.Contains("0 of 2 seeds are done", SeedText.Render(Study()));
        XDocument.Parse(SeedReport.Render(Study()).Replace("<!DOCTYPE html>", ""));
        var one = Study(Result(0, One, 80) with { Found = Trained(One, 100, 70), Random = Trained(Two, 103, 71) });
        Assert.Contains("1.00 points worse than random cells of their size; one seed proves nothing", SeedText.Render(one));
        XDocument.Parse(SeedReport.Render(one).Replace("<!DOCTYPE html>", ""));
    }

    private static SeedStudy Study(params SeedResult[] results) => new("halves", new SeedPlan([0, 1], 2, new SearchOptions()), results);

    private static SeedResult Result(ulong seed, GenotypeCell cell, double valid) => new(seed, new Genotype(cell, cell), 50, valid, 2, 10);

    private static TrainedCell Trained(GenotypeCell cell, long parameters, double accuracy) =>
        new(new Genotype(cell, cell), parameters, accuracy);

    private static GenotypeCell Cell(params (Primitive Operation, int Source)[] edges) =>
        new(edges.Chunk(2).Select(node => node.Select(edge => new GenotypeEdge(edge.Operation, edge.Source))), GenotypeConcat.Range(2, 4));
}
