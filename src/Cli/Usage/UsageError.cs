using System.CommandLine;
using System.CommandLine.Parsing;
using MIOpenDarts.Darts.Options;

namespace MIOpenDarts.Cli.Usage;

/// <summary>Says in one line what is wrong with a command line, and how it may have been meant.</summary>
internal static class UsageError
{
    /// <summary>What is wrong; null where nothing is.</summary>
    public static string? Explain(ParseResult parsed)
    {
        var command = parsed.CommandResult.Command;
        var cure = $"see: {(command is RootCommand ? "" : "miopendarts ")}{command.Name} --help";
        if (Empty(parsed) is { } empty) return $"{empty.Name} is empty; give: {empty.Description!.TrimEnd('.')}; {cure}";
        // Who asks for the help of a command is shown it whatever else is typed, but not that of all where a command's name is wrong.
        if (parsed.Errors.Count == 0 && (command.Subcommands.Count == 0 || parsed.UnmatchedTokens.Count == 0)) return null;
        // Words after an unknown option are most likely its value, so the option is the one to name.
        var words = parsed.UnmatchedTokens;
        var unmatched = words.FirstOrDefault(word => word.StartsWith('-')) ?? (words.Count > 0 ? words[0] : null);
        if (unmatched is null) return $"{string.Join("; ", parsed.Errors.Select(e => e.Message.TrimEnd('.')).Distinct())}; {cure}";
        if (unmatched.StartsWith('-'))
            return $"{unmatched} is not an option of {command.Name}{Guess(unmatched, command.Options.Select(o => o.Name))} {cure}";
        return command.Subcommands.Count > 0
            ? $"'{unmatched}' is not a "
                + $"command{Guess(unmatched, command.Subcommands.Select(c => c.Name).Concat(command.Options.Select(o => o.Name)))} {cure}"
            : $"'{unmatched}' is one word too many; {cure}";
    }

    private static string Guess(string typed, IEnumerable<string> names) =>
        Spelling.Guess(typed, names) is { Length: > 0 } guess ? guess : ";";

    // No command has an argument that may be empty: it comes from a variable of a script that was not set.
    private static Argument? Empty(ParseResult parsed) =>
        parsed.CommandResult.Children.OfType<ArgumentResult>().FirstOrDefault(
            result => result.Tokens.Any(token => token.Value.Length == 0))?.Argument;
}
