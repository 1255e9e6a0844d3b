using System.CommandLine;
using System.CommandLine.Parsing;
using MIOpenDarts.Darts.Options;

namespace MIOpenDarts.Cli.Usage;

/// <summary>The command-line options of a table of fields.</summary>
/// <param name="fields">The table, with the value that help shows for each.</param>
internal sealed class FieldOptions(IEnumerable<(OptionDefinition Field, string Shown)> fields)
{
    private readonly List<(OptionDefinition Field,
        Option<string?> Option)> all = [.. fields.Select(f => (f.Field, OptionOf(f.Field, f.Shown)))];

    /// <summary>Adds them to a command.</summary>
    public void AddTo(Command command)
    {
        foreach (var (_, option) in all) command.Options.Add(option);
    }

    /// <summary>Names and values of those that were typed.</summary>
    public IEnumerable<KeyValuePair<string, string>> Typed(ParseResult parsed)
    {
        foreach (var (field, option) in all)
            if (parsed.GetResult(option) is { Implicit: false } result)
                yield return new(field.Name, result.Tokens.Count == 0 ? "true" : result.Tokens[0].Value);
    }

    /// <summary>Name of the first of some options that was typed, or null.</summary>
    public static string? Given(ParseResult parsed, params Option<string?>[] options) =>
        options.FirstOrDefault(o => parsed.GetValue(o) is not null)?.Name;

    private static Option<string?> OptionOf(OptionDefinition field, string shown)
    {
        var help = field.Kind == OptionKind.Text ? $"{field.Help.TrimEnd('.')}: {field.Allowed}." : field.Help;
        return new Option<string?>("--" + field.Name.Replace('_', '-'))
        {
            Description = $"{help} [{shown}]",
            HelpName = field.Kind switch
            {
                OptionKind.Integer => "N",
                OptionKind.Number => "X",
                OptionKind.Flag => "true|false",
                _ => "NAME"
            },
            Arity = field.Kind == OptionKind.Flag ? ArgumentArity.ZeroOrOne : ArgumentArity.ExactlyOne,
        };
    }
}
