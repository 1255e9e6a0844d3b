using MIOpenDarts.Darts.Studies.Compressed;

namespace MIOpenDarts.Darts.Tests.Studies;

/// <summary>Each cost has its own front of a study's networks.</summary>
public class CompressedStudyTests
{
    private static readonly CompressedStudy Study = new("trained",
    [
        new("as trained", 1000, 4096, 2_000_000, 4, 90),
        // Less of everything, and as good: better than the network as trained.
        new("decompose", 500, 2048, 1_000_000, 3.5, 90),
        // Least multiply-adds, but slow and no smaller than the one before.
        new("prune", 500, 2048, 500_000, 5, 88),
        // Fastest.
        new("both", 900, 3072, 1_500_000, 2, 85),
    ]);

    [Fact]
    public void A_network_is_on_the_fronts_of_the_costs_by_which_none_is_better()
    {
        var rows = Study.ToCsv().Split("\r\n", StringSplitOptions.RemoveEmptyEntries).Skip(1).Select(row => row.Split(',')).ToList();
        Assert.Equal(["as trained", "decompose", "prune", "both"], rows.Select(row => row[0]));
        Assert.Equal(["", "size macs milliseconds", "macs", "milliseconds"], rows.Select(row => row[^1]));
        Assert.Equal(["decompose", "500", "2.0", "1.00", "3.500", "90.00", "size macs milliseconds"], rows[1]);
    }

    [Fact]
    public void The_fronts_have_their_units_and_are_measured_within_what_was_trained()
    {
        Assert.Equal(["size", "macs", "milliseconds"], Study.Fronts.Select(front => front.Name));
        Assert.Equal(["KiB", "M", "ms"], Study.Fronts.Select(front => front.Study.Unit));
        Assert.Equal([(4.0, 100.0), (2.0, 100.0), (4.0, 100.0)], Study.Fronts.Select(front => front.Study.Reference));
        Assert.Equal([2.0, 1.0, 0.5, 1.5], Study.Fronts[1].Study.Points.Select(point => point.Cost));
    }
}
