using System.Text.RegularExpressions;
using MIOpenDarts.Darts.Genotypes;
using MIOpenDarts.Darts.Studies.Pareto;
using MIOpenDarts.Darts.Tests.Reports;

namespace MIOpenDarts.Darts.Tests.Studies;

public sealed class ParetoPageInBrowserTests : IDisposable
{
    // The keyboard comes to a point as the pointer does. Only a window that has the focus matches ":focus", and when a headless one gets it
    // is chance: a class stands for it.
    private const string Look = """
        <script>
        const seen = () => [...document.querySelectorAll('.seen')].filter(cells => getComputedStyle(cells).visibility === 'visible');
        const data = document.documentElement.dataset;
        for (const rule of [...document.styleSheets].flatMap(sheet => [...sheet.cssRules]))
            if (rule.selectorText) rule.selectorText = rule.selectorText.replace(':focus', '.focused');
        data.before = seen().length;
        document.querySelector('a').focus();
        document.activeElement.classList.add('focused');
        data.after = seen().length;
        const box = seen()[0].getBoundingClientRect(), frame = seen()[0].ownerSVGElement.getBoundingClientRect();
        data.drawn = box.width > frame.width / 2 && box.height > 50;
        data.inside = box.left >= frame.left && box.right <= frame.right && box.top >= frame.top && box.bottom <= frame.bottom + 1;
        </script></body>
        """;

    private readonly string folder = Directory.CreateTempSubdirectory("miopendarts-browser-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public async Task A_point_shows_its_cells_inside_the_drawing_and_no_other_points()
    {
        Assert.SkipWhen(Chromium.Program is null, "needs a headless Chromium: install Debian's package chromium");
        string[] names = ["DARTS_V1", "DARTS_V2", "PCDARTS"];
        var study = new ParetoStudy(
            "three cells", "macs", "multiply-adds", "error", (9, 100),
            [.. names.Select((name, i) => new ParetoPoint("nsga2", 0, NamedGenotypes.Get(name).ToString(), i + 1, 50 - i))]);
        var page = Path.Combine(folder, "report.html");
        var cancellation = TestContext.Current.CancellationToken;
        await File.WriteAllTextAsync(page, ParetoReport.Render(study).Replace("</body>", Look, StringComparison.Ordinal), cancellation);
        var document = await Chromium.DumpAsync(page, dark: false, Path.Combine(folder, "profile"), cancellation);
        string[] told = ["before", "after", "drawn", "inside"];
        Assert.Equal(["0", "1", "true", "true"], told.Select(name => Regex.Match(document, $"data-{name}=\"([^\"]*)\"").Groups[1].Value));
    }
}
