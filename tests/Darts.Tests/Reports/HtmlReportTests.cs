using System.Xml;
using System.Xml.Linq;
using MIOpenDarts.Darts.Records;
using MIOpenDarts.Darts.Reports;

namespace MIOpenDarts.Darts.Tests.Reports;

public sealed class HtmlReportTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("miopendarts-report-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(50)]
    [InlineData(200)]
    public void The_page_is_well_formed_for_any_number_of_epochs(int epochs)
    {
        var page = Parse(HtmlReport.Render(SearchHistory.From(SampleRun.Events(epochs))));
        Assert.Equal(epochs > 0 ? 28 : 0, page.Descendants()
            .Count(element => element.Name.LocalName == "svg" && element.Parent!.Attribute("class")?.Value == "edges"));
    }

    [Fact]
    public void The_page_needs_no_other_file_and_no_script()
    {
        var page = Parse(HtmlReport.Render(SearchHistory.From(SampleRun.Events(3))));
        Assert.DoesNotContain(page.Descendants(), element => element.Name.LocalName is "script" or "link" or "img" or "iframe");
        Assert.DoesNotContain(page.Descendants().Attributes(), attribute => attribute.Name.LocalName is "src" or "href");
    }

    [Fact]
    public void The_page_shows_genotype_accuracy_time_machine_and_options()
    {
        var text = Parse(HtmlReport.Render(SearchHistory.From(SampleRun.Events(5)))).Root!.Value;
        foreach (var part in (string[])[SampleRun.Epoch(4, 5).Genotype.ToString(), "5 of 5", "1 min 40 s", "Example CPU 9000", "512 bits",
            "alpha betas", "Finished."])
            Assert.Contains(part, text);
    }

    [Fact]
    public void Text_from_outside_stays_text()
    {
        const string Hostile = "<script>alert('x')</script>&\"\u0007";
        var start = SampleRun.Start(1, Hostile) with { Options = [new(Hostile, Hostile)] };
        var failed = new RunEnded(3, RunOutcome.Failed, Hostile);
        var page = Parse(HtmlReport.Render(SearchHistory.From([start, new EpochDone(2, SampleRun.Epoch(0, 1)), failed])));
        Assert.DoesNotContain(page.Descendants(), element => element.Name.LocalName == "script");
        Assert.Contains("Failed: <script>alert('x')</script>&\"\uFFFD", page.Root!.Value);
    }

    [Fact]
    public void A_diverged_run_still_has_a_page()
    {
        var record = SampleRun.Epoch(0, 2);
        var lost = record with { Epoch = 1, TrainLoss = double.NaN, ValidLoss = double.PositiveInfinity };
        lost.Normal.Weights[3][4] = double.NaN;
        var page = HtmlReport.Render(SearchHistory.From([SampleRun.Start(2), new EpochDone(1, record), new EpochDone(2, lost)]));
        Assert.DoesNotContain("=\"NaN", page);
        Assert.DoesNotContain(" NaN\"", page);
        Parse(page);
    }

    [Fact]
    public void Writing_replaces_the_page_and_leaves_nothing_beside_it()
    {
        var path = Path.Combine(folder, "report.html");
        HtmlReport.Write(path, SearchHistory.From(SampleRun.Events(1)));
        HtmlReport.Write(path, SearchHistory.From(SampleRun.Events(2)));
        Assert.Contains("2 of 2", File.ReadAllText(path));
        Assert.Equal([path], Directory.GetFiles(folder));
    }

    [Fact]
    public void A_failed_write_leaves_nothing_behind()
    {
        var path = Path.Combine(folder, "report.html");
        Directory.CreateDirectory(path);
        Assert.ThrowsAny<SystemException>(() => HtmlReport.Write(path, SearchHistory.From(SampleRun.Events(1))));
        Assert.Empty(Directory.GetFiles(folder));
    }

    private static XDocument Parse(string page)
    {
        using var reader = XmlReader.Create(new StringReader(page), new XmlReaderSettings { DtdProcessing = DtdProcessing.Ignore });
        return XDocument.Load(reader);
    }
}
