using MIOpenDarts.Darts.Configuration;
using MIOpenDarts.Darts.Reports.Log;

namespace MIOpenDarts.Cli.Progress;

/// <summary>One line for each event, for logs and pipes.</summary>
internal sealed class PlainProgress(SearchOptions options) : ProgressView(options)
{
    protected override void Line(string text) => Console.WriteLine(text);

    protected override void Step(StepDone step, string text) => Console.WriteLine(text);
}
