using System.Xml.Linq;
using MIOpenDarts.Darts.Genotypes;
using MIOpenDarts.Darts.Studies.Pareto;

namespace MIOpenDarts.Darts.Tests.Studies;

/// <summary>Fronts as text, CSV, JSON lines and a page.</summary>
public class ParetoStudyTests
{
    private static readonly ParetoStudy Study = new(
        "a <study>", "macs", "multiply-adds", "error", (10, 10),
        [
            new("nsga2", 0, NamedGenotypes.Get("DARTS_V1").ToString(), 5, 5),
            new("nsga2", 0, "a cell", 4, 6),
            new("nsga2", 0, "a cell", 7, 4),
            new("nsga2", 0, "dominated", 8, 8),
            new("nsga2", 1, "a cell", 2, 7),
            new("random", 0, "|x|", 9, 9),
        ]);

    [Fact]
    public void HypervolumesAreThoseOfEachSeed()
    {
        // Of (4,6), (5,5), (7,4): 6·4 + 5·1 + 3·1; of (2,7): 8·3.
        Assert.Equal([32, 24], Study.Hypervolumes("nsga2"));
        Assert.Equal([1], Study.Hypervolumes("random"));
    }

    [Fact]
    public void AFrontIsThatOfAllSeedsByCost() => Assert.Equal([2, 4, 5, 7], Study.Front("nsga2").Select(point => point.Cost));

    [Fact]
    public void ThePageIsSoundMarkupNeedsNothingElseAndLeadsToTheCells()
    {
        var page = ParetoReport.Render(Study);
        var parsed = XDocument.Parse(page.Replace("<!DOCTYPE html>", "", StringComparison.Ordinal));
        Assert.DoesNotContain("<script", page, StringComparison.Ordinal);
        Assert.DoesNotContain("http", page.Replace("http://www.w3.org/2000/svg", "", StringComparison.Ordinal), StringComparison.Ordinal);
        var targets = parsed.Descendants().Select(e => (string?)e.Attribute("id")).OfType<string>().ToHashSet();
        var links = parsed.Descendants().Select(e => (string?)e.Attribute("href")).OfType<string>().ToList();
        Assert.Equal(5, links.Count);
        Assert.All(links, link => Assert.Contains(link[1..], targets));
        // Every point tells its architecture; the dominated one is grey.
        var dots = parsed.Descendants().Where(e => (string?)e.Attribute("class") == "point").ToList();
        Assert.Equal(Study.Points.Count, dots.Count);
        Assert.Contains("none", (string)dots.Single(dot => dot.Value.Contains("dominated", StringComparison.Ordinal)).Attribute("style")!,
            StringComparison.Ordinal);
        Assert.Contains("reduction cell", page, StringComparison.Ordinal);
    }

    [Fact]
    public void CsvAndArchiveHaveEveryPoint()
    {
        Assert.Equal(1 + Study.Points.Count, ParetoText.Csv(Study).TrimEnd().Split("\r\n").Length);
        Assert.Contains("nsga2,0,8,8,0,\"dominated\"", ParetoText.Csv(Study), StringComparison.Ordinal);
        Assert.Contains("nsga2,1,2,7,1,\"a cell\"", ParetoText.Csv(Study), StringComparison.Ordinal);
        Assert.Equal(Study.Points.Count, ParetoText.JsonLines(Study).TrimEnd().Split('\n').Length);
        Assert.Contains("\"architecture\":\"|x|\",\"cost\":9,\"error\":9", ParetoText.JsonLines(Study), StringComparison.Ordinal);
    }
}
