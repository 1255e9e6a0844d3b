using MIOpenDarts.Darts.Records;

namespace MIOpenDarts.Cli.Progress;

/// <summary>One line for each event, for files and pipes.</summary>
internal sealed class PlainProgress(TextWriter output, int epochs) : ProgressView(epochs)
{
    private readonly int epochs = epochs;

    protected override void Line(string text) => output.WriteLine(text);

    protected override void Note(string text)
    {
    }

    protected override void Step(StepDone step) => Line(StatusLine.Full(step, epochs, Eta.Remaining));
}
