using Spectre.Console;

namespace MIOpenDarts.Cli;

/// <summary>Where a command writes: results, messages, and a terminal for what moves, or null where lines must stay lines.</summary>
internal sealed record Screen(TextWriter Output, TextWriter Error, IAnsiConsole? Terminal = null)
{
    /// <summary>The screen of this process.</summary>
    public static Screen OfProcess()
    {
        var console = AnsiConsole.Console;
        var moves = console.Profile.Capabilities.Ansi && !Console.IsOutputRedirected;
        return new Screen(Console.Out, Console.Error, moves ? console : null);
    }
}
