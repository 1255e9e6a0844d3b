using System.Text.RegularExpressions;
using MIOpenDarts.Darts.Reports;

namespace MIOpenDarts.Darts.Tests.Reports;

public sealed class ReportInBrowserTests : IDisposable
{
    // Opens every folded part, then measures the page and every word of every drawing against the drawing's own frame.
    private const string Measure = """
        <script>
        for (const part of document.querySelectorAll('details')) part.open = true;
        const root = document.documentElement;
        const shown = svg => svg.getBoundingClientRect().width > 0;
        const words = [...document.querySelectorAll('svg text')].filter(text => shown(text.ownerSVGElement));
        const cut = words.filter(text => {
            const box = text.getBoundingClientRect(), frame = text.ownerSVGElement.getBoundingClientRect();
            return box.left < frame.left - 1 || box.right > frame.right + 1 || box.top < frame.top - 1 || box.bottom > frame.bottom + 1;
        });
        const size = text => parseFloat(getComputedStyle(text).fontSize) * text.ownerSVGElement.getBoundingClientRect().width / text.ownerSVGElement.viewBox.baseVal.width;
        parent.postMessage({
            width: innerWidth,
            overflow: root.scrollWidth - root.clientWidth,
            cut: cut.map(text => text.textContent).join(),
            smallest: Math.min(...words.map(size)).toFixed(2),
            page: getComputedStyle(document.body).backgroundColor,
        }, '*');
        </script></body>
        """;

    // A window of Chromium is never narrower than 500 pixels; a frame may be.
    private const string Frame = """
        <!DOCTYPE html><html><body><script>addEventListener('message', message => Object.assign(document.documentElement.dataset, message.data))</script>
        <iframe src="report.html" style="border:0;height:900px;width:WIDTHpx"></iframe></body></html>
        """;

    private readonly string folder = Directory.CreateTempSubdirectory("miopendarts-browser-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Theory]
    [InlineData(400, false)]
    [InlineData(400, true)]
    [InlineData(1400, false)]
    [InlineData(1400, true)]
    public async Task The_report_fits_the_window_and_all_its_words_are_legible(int width, bool dark)
    {
        Assert.SkipWhen(Chromium.Program is null, "needs a headless Chromium: install Debian's package chromium");
        var cancellation = TestContext.Current.CancellationToken;
        var report = HtmlReport.Render(SearchHistory.From(SampleRun.Events(50)));
        await File.WriteAllTextAsync(Path.Combine(folder, "report.html"), report.Replace("</body>", Measure), cancellation);
        var frame = Path.Combine(folder, "frame.html");
        await File.WriteAllTextAsync(frame, Frame.Replace("WIDTH", width.ToString()), cancellation);
        var document = await Chromium.DumpAsync(frame, dark, Path.Combine(folder, "profile"), cancellation);
        Assert.Equal(width.ToString(), Data(document, "width"));
        Assert.Equal("0", Data(document, "overflow"));
        Assert.Equal("", Data(document, "cut"));
        Assert.InRange(double.Parse(Data(document, "smallest")), 7.5, 40);
        Assert.Equal(dark ? "rgb(20, 23, 28)" : "rgb(255, 255, 255)", Data(document, "page"));
    }

    private static string Data(string document, string name) => Regex.Match(document, $"data-{name}=\"([^\"]*)\"").Groups[1].Value;
}
