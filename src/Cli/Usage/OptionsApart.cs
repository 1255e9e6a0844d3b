using System.CommandLine;
using MIOpenDarts.Darts.Options;

namespace MIOpenDarts.Cli.Usage;

/// <summary>Refuses options that one way of a command does not read, so that nobody believes that they counted.</summary>
internal static class OptionsApart
{
    /// <summary>Refuses.</summary>
    /// <param name="parsed">What was typed.</param>
    /// <param name="way">With or without what, for the message: <c>with --truth</c>.</param>
    /// <param name="others">What is not read then.</param>
    /// <exception cref="OptionsException">One of them was typed.</exception>
    public static void Refuse(ParseResult parsed, string way, params Option[] others)
    {
        if (Given(parsed, others) is { } given) throw new OptionsException($"{given} does not go {way}; leave it out");
    }

    /// <summary>Name of the first of some options that was typed; null for none.</summary>
    public static string? Given(ParseResult parsed, params Option[] options) =>
        Array.Find(options, option => parsed.GetResult(option) is { Implicit: false })?.Name;
}
