using MIOpenDarts.Darts.Distributed;
using Spectre.Console;

namespace MIOpenDarts.Cli;

/// <summary>
/// Where a command writes: results, messages, and a terminal for what moves, or null where lines must stay lines. Text stays text.
/// </summary>
internal sealed record Screen(TextWriter Output, TextWriter Error, IAnsiConsole? Terminal = null)
{
    /// <summary>Results.</summary>
    public TextWriter Output { get; } = new PlainText(Output);

    /// <summary>Messages.</summary>
    public TextWriter Error { get; } = new PlainText(Error);

    /// <summary>The same without results, for a process that only takes part.</summary>
    public Screen Quiet => new(TextWriter.Null, Error);

    /// <summary>The screen of this process.</summary>
    /// <param name="output">The standard output, which may fail at any time; the rest of the process writes to it too from now on.</param>
    public static Screen OfProcess(TextWriter output)
    {
        Console.SetOut(output);
        var console = AnsiConsole.Console;
        // Launchers of MPI give ranks a terminal where there is none, and mix what the ranks write.
        var moves = console.Profile.Capabilities.Ansi && !Console.IsOutputRedirected && !Ranks.AreLaunched;
        return new Screen(output, Console.Error, moves ? console : null);
    }
}
