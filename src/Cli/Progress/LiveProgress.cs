using MIOpenDarts.Darts.Configuration;
using MIOpenDarts.Darts.Reports.Log;
using Spectre.Console;

namespace MIOpenDarts.Cli.Progress;

/// <summary>A bar that moves, with the finished epochs as lines above it.</summary>
internal sealed class LiveProgress : ProgressView
{
    private const int BarWidth = 24;
    private readonly SearchOptions options;
    private bool barShown;

    public LiveProgress(SearchOptions options)
        : base(options) => this.options = options;

    public override void Dispose()
    {
        ClearBar();
        base.Dispose();
    }

    protected override void Line(string text)
    {
        ClearBar();
        AnsiConsole.MarkupLine(text.EscapeMarkup());
    }

    protected override void Step(StepDone step, string text)
    {
        ClearBar();
        var done = (step.Epoch + (double)step.Step / step.Steps) / options.Epochs;
        var filled = (int)Math.Round(done * BarWidth);
        var bar = new string('━', filled) + "[/][grey]" + new string('━', BarWidth - filled);
        // Cut to the window, because a line that wraps could not be cleared.
        var room = Math.Max(AnsiConsole.Profile.Width - BarWidth - 2, 0);
        AnsiConsole.Markup($"[green]{bar}[/] {(text.Length > room ? text[..room] : text).EscapeMarkup()}");
        barShown = true;
    }

    private void ClearBar()
    {
        if (barShown) AnsiConsole.Write(new ControlCode("\r\u001b[2K"));
        barShown = false;
    }
}
