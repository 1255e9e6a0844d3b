using MIOpenDarts.Darts.Records;

namespace MIOpenDarts.Cli.Progress;

/// <summary>One of several runs that go on side by side: its lines begin with the seed, and what moves is left out.</summary>
/// <param name="output">Takes whole lines from several threads.</param>
/// <param name="name">What the lines begin with.</param>
/// <param name="epochs">Epochs of the run.</param>
internal sealed class SeedProgress(TextWriter output, string name, int epochs) : ProgressView(epochs)
{
    protected override void Line(string text) => output.WriteLine($"{name}  {text}");

    protected override void Note(string text)
    {
    }

    protected override void Step(StepDone step)
    {
    }
}
