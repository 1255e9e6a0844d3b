using MIOpenDarts.Darts.Records;
using MIOpenDarts.Darts.Reports;

namespace MIOpenDarts.Darts.Tests.Reports;

public class ReportCostTests
{
    [Fact]
    public void Expectation_cost_of_the_derived_genotype_and_measurement_are_in_the_report()
    {
        List<RunEvent> events =
        [
            .. SampleRun.Events(3).Select(line => line is EpochDone done ? done with { Record = Known(done.Record) } : line),
            new CostMeasured(61, "Example CPU 9000, cpu", "ms", 3.75, 3.5, 1.25),
        ];
        var page = HtmlReport.Render(SearchHistory.From(events));
        Assert.Contains(
            "latency:runs/cpu.json: the derived genotype costs 3.5 ms, the expectation is 4.25, limit 4; the space has 2 to 9", page,
            StringComparison.Ordinal);
        Assert.Contains(
            "measured on Example CPU 9000, cpu: 3.75 ms; the sum of the table is 3.5, times its mean ratio 4.375", page,
            StringComparison.Ordinal);
        Assert.DoesNotContain("<h2>Cost</h2>", HtmlReport.Render(SearchHistory.From(SampleRun.Events(3))), StringComparison.Ordinal);
    }

    private static EpochRecord Known(EpochRecord epoch) => epoch with
    {
        Cost = new CostRecord("latency:runs/cpu.json", "ms", 6.25 - epoch.Epoch, 5.5 - epoch.Epoch, 2, 9, 0.5, Limit: 4),
    };
}
