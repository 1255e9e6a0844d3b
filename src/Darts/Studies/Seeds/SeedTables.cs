using MIOpenDarts.Darts.Costs;
using MIOpenDarts.Darts.Genotypes;
using MIOpenDarts.Darts.Reports;
using MIOpenDarts.Darts.Reports.Cells;

namespace MIOpenDarts.Darts.Studies.Seeds;

/// <summary>The tables of a report of several seeds, the first row of each being its head, and the sentences about them.</summary>
internal static class SeedTables
{
    public static IReadOnlyList<string[]> Searches(SeedStudy study) =>
    [
        ["seed", "validation %", "training %", "entropy", "time"],
        .. study.Results.Select(result => new[]
        {
            $"{result.Seed}", $"{Spread.From([result.ValidAccuracy])}", $"{Spread.From([result.TrainAccuracy])}",
            $"{Spread.From([result.Entropy])}", ReportResult.Duration(result.Seconds),
        }),
        ["mean ± sd", $"{study.Valid}", $"{study.Train}", $"{study.Entropy}",
            ReportResult.Duration(study.Results.Average(result => result.Seconds))],
    ];

    public static IReadOnlyList<string[]> Agreement(IReadOnlyList<GenotypeCell> cells) =>
    [
        ["edge", "kept by", "operation", "same"],
        .. EdgeAgreement.From(cells).Select(edge => new[]
        {
            $"{State(edge.Source, cells)} -> {State(edge.Target, cells)}", $"{100 * edge.Kept:0} %", edge.Operation.Name,
            $"{100 * edge.Same:0} %",
        }),
    ];

    public static IReadOnlyList<string[]> Trainings(SeedStudy study) =>
    [
        ["seed", "found", "parameters", "random", "parameters", "difference"],
        .. study.Retrained.Select(result => new[]
        {
            $"{result.Seed}", $"{result.Found!.Accuracy:0.00}", $"{result.Found.Parameters}", $"{result.Random!.Accuracy:0.00}",
            $"{result.Random.Parameters}",
            $"{result.Found.Accuracy - result.Random.Accuracy:+0.00;-0.00;0.00}",
        }),
        ["mean ± sd", $"{study.Found}", "", $"{study.Random}", "", $"{study.Gain}"],
    ];

    public static string Overlaps(IReadOnlyList<GenotypeCell> cells)
    {
        if (cells.Count < 2) return "one seed agrees with itself";
        string Shared(bool withOperation) =>
            $"{100 * EdgeAgreement.Overlap(cells, withOperation):0} % (random cells "
            + $"{100 * EdgeAgreement.Chance(cells[0].Nodes.Count, withOperation, SpaceOf(cells[0])):0} %)";
        return $"two seeds share {Shared(false)} of their edges, {Shared(true)} with the operation";
    }

    /// <summary>The difference beside its standard error, so that nobody takes noise for a result.</summary>
    public static string Verdict(SeedStudy study)
    {
        var (count, mean, deviation) = study.Gain;
        var sign = mean < 0 ? "worse" : "better";
        // A sweep has random cells of about the cost of what was found.
        var beside = study.Plan.Options.Cost == CostName.None ? "random cells of their size" : "the random cells beside them";
        var start = $"Found cells are {Math.Abs(mean):0.00} points {sign} than {beside}";
        return deviation is { } spread ? $"{start} (standard error {spread / Math.Sqrt(count):0.00})" : $"{start}; one seed proves nothing";
    }

    public static IEnumerable<string> SizeNotes(SeedStudy study) =>
        from result in study.Retrained
        let difference = (double)(result.Random!.Parameters - result.Found!.Parameters) / result.Found.Parameters
        where Math.Abs(difference) > AskedSize.Share
        select $"seed {result.Seed}: parameters of the random cell differ by {100 * difference:+0;-0} %";

    private static CellSpace SpaceOf(GenotypeCell cell) =>
        cell.FirstNode == CellSpace.NasBench201.Topology.Inputs ? CellSpace.NasBench201 : CellSpace.Darts;

    // As in the drawings.
    private static string State(int state, IReadOnlyList<GenotypeCell> cells) => CellGraph.StateName(state, cells[0].FirstNode);
}
