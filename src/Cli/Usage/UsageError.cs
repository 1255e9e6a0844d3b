using System.CommandLine;
using MIOpenDarts.Darts.Configuration;

namespace MIOpenDarts.Cli.Usage;

/// <summary>Says in one line what is wrong with a command line, and how it may have been meant.</summary>
internal static class UsageError
{
    public static string Explain(ParseResult parsed)
    {
        var command = parsed.CommandResult.Command;
        var cure = $"see: {(command is RootCommand ? "" : "miopendarts ")}{command.Name} --help";
        // Words after an unknown option are most likely its value, so the option is the one to name.
        var words = parsed.UnmatchedTokens;
        var unmatched = words.FirstOrDefault(word => word.StartsWith('-')) ?? (words.Count > 0 ? words[0] : null);
        if (unmatched is null) return $"{string.Join("; ", parsed.Errors.Select(e => e.Message.TrimEnd('.')).Distinct())}; {cure}";
        if (unmatched.StartsWith('-'))
            return $"{unmatched} is not an option of {command.Name}; did you mean {Spelling.Nearest(unmatched, command.Options.Select(o => o.Name))}? {cure}";
        return command.Subcommands.Count > 0
            ? $"'{unmatched}' is not a command; did you mean {Spelling.Nearest(unmatched, command.Subcommands.Select(c => c.Name))}? {cure}"
            : $"'{unmatched}' is one word too many; {cure}";
    }
}
