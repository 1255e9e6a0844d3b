using System.Xml.Linq;
using MIOpenDarts.Darts.Genotypes;
using MIOpenDarts.Darts.Studies.Pareto;

namespace MIOpenDarts.Darts.Tests.Studies;

/// <summary>Fronts as text, CSV, JSON lines and a page.</summary>
public class ParetoStudyTests
{
    private const string Tabled = "|nor_conv_3x3~0|+|none~0|nor_conv_1x1~1|+|skip_connect~0|none~1|avg_pool_3x3~2|";
    private static readonly string First = NamedGenotypes.Get("DARTS_V1").ToString();
    private static readonly string Second = NamedGenotypes.Get("DARTS_V2").ToString();

    private static readonly ParetoStudy Study = new(
        "a <study>", "macs", "multiply-adds", "error", (10, 10),
        [
            new("nsga2", 0, First, 5, 5),
            new("nsga2", 0, Second, 4, 6),
            new("nsga2", 0, Second, 7, 4),
            new("nsga2", 0, "dominated", 8, 8),
            new("nsga2", 1, Second, 2, 7),
            new("random", 0, First, 9, 9),
        ]);

    // Of NAS-Bench-201, whose cells are of one kind.
    private static readonly ParetoStudy OnTable = Study with { Points = [new("nsga2", 0, Tabled, 5, 5), new("random", 0, Tabled, 5, 6)] };

    private static readonly ParetoStudy Drawn = Study with
    {
        Points = [.. Study.Points.Select(point => point.Architecture == "dominated" ? point with { Architecture = First } : point)],
    };

    [Fact]
    public void Hypervolumes_are_those_of_each_seed()
    {
        // Of (4,6), (5,5), (7,4): 6·4 + 5·1 + 3·1; of (2,7): 8·3.
        Assert.Equal([32, 24], Study.Hypervolumes("nsga2"));
        // The second seed has points of the other method only.
        Assert.Equal([1, 0], Study.Hypervolumes("random"));
        Assert.Equal([0, 32, 24], (Study with { Seeds = [9, 0, 1] }).Hypervolumes("nsga2"));
    }

    [Fact]
    public void A_front_is_that_of_all_seeds_by_cost() => Assert.Equal([2, 4, 5, 7], Study.Front("nsga2").Select(point => point.Cost));

    [Fact]
    public void The_page_is_sound_markup_needs_nothing_else_and_leads_to_the_cells()
    {
        var page = ParetoReport.Render(Drawn);
        var parsed = Parsed(page);
        Assert.DoesNotContain("<script", page, StringComparison.Ordinal);
        Assert.DoesNotContain("http", page.Replace("http://www.w3.org/2000/svg", "", StringComparison.Ordinal), StringComparison.Ordinal);
        var targets = parsed.Descendants().Select(e => (string?)e.Attribute("id")).OfType<string>().ToList();
        Assert.Equal(targets.Count, targets.Distinct().Count());
        // What is used exists: large drawings, arcs.
        var links = parsed.Descendants().Where(e => e.Attribute("href") is not null).ToList();
        Assert.Equal(5, links.Count(link => link.Name.LocalName == "a"));
        Assert.All(links, link => Assert.Contains(((string)link.Attribute("href")!)[1..], targets));
        var dots = WithClass(parsed, "point");
        Assert.Equal(Study.Points.Count, dots.Count);
        Assert.Contains(
            "none", (string)dots.Single(dot => dot.Value.Contains("8 % wrong", StringComparison.Ordinal)).Attribute("style")!,
            StringComparison.Ordinal);
        Assert.Contains("reduction cell", page, StringComparison.Ordinal);
    }

    [Fact]
    public void Every_point_shows_its_cells_where_the_pointer_rests()
    {
        var spots = WithClass(Parsed(ParetoReport.Render(Drawn)), "spot");
        Assert.Equal(Drawn.Points.Count, spots.Count);
        foreach (var spot in spots)
        {
            var point = Drawn.Points.Single(p => spot.Value.Contains($"{p.Cost}, {p.Error} % wrong", StringComparison.Ordinal));
            var genotype = Genotype.Parse(point.Architecture);
            Assert.Contains(point.Architecture, spot.Value, StringComparison.Ordinal);
            var arcs = spot.Descendants().Select(e => (string?)e.Attribute("href")).OfType<string>()
                .Where(href => href != "#arc-states").ToList();
            Assert.Equal(
                genotype.Cells.SelectMany(cell => cell.Edges).Select(item => $"#arc-{item.Edge.Source}-{item.Target}").Order(),
                arcs.Order());
        }
    }

    [Fact]
    public void A_cell_of_the_benchmark_is_drawn_without_the_edges_that_carry_nothing()
    {
        var parsed = Parsed(ParetoReport.Render(OnTable));
        var spot = WithClass(parsed, "spot")[0];
        Assert.Equal(
            ["#arc-0-1", "#arc-1-2", "#arc-0-3", "#arc-2-3", "#arc-states"],
            spot.Descendants().Select(e => (string?)e.Attribute("href")).OfType<string>());
        // Large, by click: one for each front.
        Assert.Equal(2, WithClass(parsed, "cell").Count);
        Assert.Contains("nor_conv_1x1", WithClass(parsed, "cell")[0].Value, StringComparison.Ordinal);
    }

    [Fact]
    public void Networks_that_are_told_by_name_alone_have_no_cells()
    {
        var named = Study with { Points = [new("compressed", 0, "as trained", 5, 5), new("compressed", 0, "pruned <half>", 3, 6)] };
        var parsed = Parsed(ParetoReport.Render(named));
        Assert.Equal(2, WithClass(parsed, "spot").Count);
        Assert.Empty(WithClass(parsed, "cell"));
        Assert.DoesNotContain(parsed.Descendants(), e => e.Name.LocalName == "use");
        Assert.Equal(2, parsed.Descendants().Count(e => e.Name.LocalName == "pre"));
    }

    [Fact]
    public void Csv_and_archive_have_every_point()
    {
        Assert.Equal(1 + Study.Points.Count, ParetoText.Csv(Study).TrimEnd().Split("\r\n").Length);
        Assert.Contains("nsga2,0,8,8,0,\"dominated\",", ParetoText.Csv(Study), StringComparison.Ordinal);
        Assert.Contains($"nsga2,1,2,7,1,\"{Second}\",", ParetoText.Csv(Study), StringComparison.Ordinal);
        Assert.Equal(Study.Points.Count, ParetoText.JsonLines(Study).TrimEnd().Split('\n').Length);
        Assert.Contains("\"architecture\":\"dominated\",\"cost\":8,\"error\":8}", ParetoText.JsonLines(Study), StringComparison.Ordinal);
    }

    [Fact]
    public void What_was_trained_from_scratch_stands_beside_what_was_judged()
    {
        var trained = Drawn with
        {
            Points = [.. Drawn.Points.Select(p => p.Seed == 0 && p.Error < 8 ? p with { Retrained = p.Error - 1.5 } : p)],
        };
        Assert.Null(Drawn.RetrainedHypervolume("nsga2"));
        // Of (4,4.5), (5,3.5), (7,2.5): 6·5.5 + 5·1 + 3·1.
        Assert.Equal(41, trained.RetrainedHypervolume("nsga2"));
        Assert.Null(trained.RetrainedHypervolume("random"));
        Assert.Equal(Drawn.Hypervolumes("nsga2"), trained.Hypervolumes("nsga2"));
        Assert.Contains("nsga2: hypervolume 41 of the front by its test error", ParetoText.Render(trained), StringComparison.Ordinal);
        Assert.Contains($"nsga2,0,5,5,1,\"{First}\",3.5,\"error\",\"\"\r\n", ParetoText.Csv(trained), StringComparison.Ordinal);
        Assert.Contains("\"cost\":5,\"error\":5,\"retrained\":3.5}", ParetoText.JsonLines(trained), StringComparison.Ordinal);
        var parsed = Parsed(ParetoReport.Render(trained));
        Assert.Equal(3, WithClass(parsed, "retrained").Count);
        Assert.Contains("trained from scratch 3.5 % wrong on the test images", parsed.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void How_errors_were_found_and_random_genotypes_drawn_is_told_everywhere()
    {
        var swept = Study with
        {
            Baseline = "Drawn <until> one fits.",
            Points = [Study.Points[0], Study.Points[^1] with { Drawn = "nearest to the cost" }],
        };
        Assert.Contains($"nsga2,0,5,5,1,\"{First}\",,\"error\",\"\"\r\n", ParetoText.Csv(swept), StringComparison.Ordinal);
        Assert.Contains(
            $"random,0,9,9,1,\"{First}\",,\"error\",\"nearest to the cost\"\r\n", ParetoText.Csv(swept), StringComparison.Ordinal);
        Assert.Contains("\"error\":9,\"drawn\":\"nearest to the cost\"}", ParetoText.JsonLines(swept), StringComparison.Ordinal);
        Assert.Contains("Drawn <until> one fits.", ParetoText.Render(swept), StringComparison.Ordinal);
        var page = ParetoReport.Render(swept);
        Assert.Contains("Errors: error. Drawn &lt;until&gt; one fits.</p>", page, StringComparison.Ordinal);
        Assert.Contains("9 % wrong, seed 0; nearest to the cost</h3>", page, StringComparison.Ordinal);
    }

    private static XDocument Parsed(string page) => XDocument.Parse(page.Replace("<!DOCTYPE html>", "", StringComparison.Ordinal));

    private static List<XElement> WithClass(XDocument page, string name) =>
        [.. page.Descendants().Where(e => (string?)e.Attribute("class") == name)];
}
