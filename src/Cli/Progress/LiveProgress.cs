using System.Diagnostics;
using MIOpenDarts.Darts.Records;
using Spectre.Console;

namespace MIOpenDarts.Cli.Progress;

/// <summary>A line at the bottom that moves every second, with what has happened as lines above it.</summary>
internal sealed class LiveProgress : ProgressView
{
    private const string ClearLine = "\r\u001b[2K";
    private readonly IAnsiConsole terminal;
    private readonly int epochs;
    private readonly Timer ticker;
    private string? note;
    private StepDone? shown;
    private long shownAt;
    private bool drawn;

    public LiveProgress(IAnsiConsole terminal, int epochs)
        : base(epochs)
    {
        (this.terminal, this.epochs) = (terminal, epochs);
        ticker = new Timer(_ => Tick(), null, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(1));
    }

    public override void Dispose()
    {
        ticker.Dispose();
        lock (Gate)
        {
            Clear();
            (shown, note) = (null, null);
        }

        base.Dispose();
    }

    protected override void Line(string text)
    {
        Clear();
        // Not through the console's own layout: it would break a genotype into lines, and what is copied would have the breaks.
        terminal.Profile.Out.Writer.WriteLine(PlainText.Of(text));
        Draw();
    }

    protected override void Note(string text)
    {
        (note, shown) = (text, null);
        Clear();
        Draw();
    }

    protected override void Step(StepDone step)
    {
        (shown, shownAt) = (step, Stopwatch.GetTimestamp());
        Clear();
        Draw();
    }

    private void Tick()
    {
        lock (Gate)
        {
            Clear();
            Draw();
        }
    }

    private void Draw()
    {
        if (shown is null && note is null) return;
        drawn = true;
        if (shown is null)
        {
            terminal.Profile.Out.Writer.Write(StatusLine.Cut(note + " …", terminal.Profile.Width));
            return;
        }

        var left = Math.Max(Eta.Remaining - Stopwatch.GetElapsedTime(shownAt).TotalSeconds, 0);
        var (text, done, toDo) = StatusLine.Fit(shown, epochs, left, terminal.Profile.Width);
        var bar = done + toDo == 0 ? "" : $"[green]{new string('━', done)}[/][grey]{new string('━', toDo)}[/] ";
        terminal.Markup(bar + text.EscapeMarkup());
    }

    private void Clear()
    {
        if (drawn) terminal.Profile.Out.Writer.Write(ClearLine);
        drawn = false;
    }
}
