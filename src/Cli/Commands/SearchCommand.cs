using System.CommandLine;
using System.CommandLine.Parsing;
using MIOpenDarts.Darts.Configuration;

namespace MIOpenDarts.Cli.Commands;

/// <summary><c>miopendarts search</c>: every option of a search, a preset, a file, a run to go on with.</summary>
internal static class SearchCommand
{
    public static Command Create()
    {
        var preset = new Option<string?>("--preset")
        {
            Description = $"Starting point: {string.Join(", ", SearchPresets.Names)} (default {SearchPresets.Default}).",
        };
        var config = new Option<string?>("--config") { Description = "JSON or YAML file of options; the command line wins over it." };
        var resume = new Option<string?>("--resume") { Description = "Folder of a stopped run to go on with." };
        var output = new Option<string?>("--out") { Description = "Folder for the run (default runs/ and the time)." };
        var command = new Command("search", "Search for an architecture. Without options: on the embedded images, in under two minutes on two cores.")
        {
            preset, config, resume, output,
        };
        var fields = SearchOptionFields.All.Select(f => (Field: f, Option: OptionOf(f))).ToList();
        foreach (var (_, option) in fields) command.Options.Add(option);
        command.SetAction(parsed =>
        {
            var typed = Typed(parsed, fields).ToList();
            return parsed.GetValue(resume) is { } folder
                ? SearchRun.Resume(folder, typed, Given(parsed, preset, config, output))
                : SearchRun.Start(parsed.GetValue(preset), parsed.GetValue(config), typed, parsed.GetValue(output));
        });
        return command;
    }

    private static Option<string?> OptionOf(OptionField field)
    {
        var defaults = field.Show(SearchPresets.Get("darts"));
        return new Option<string?>("--" + field.Name.Replace('_', '-'))
        {
            Description = $"{field.Help} {field.Allowed}; {defaults} in the paper's preset.",
            HelpName = field.Kind.ToString().ToLowerInvariant(),
            Arity = field.Kind == OptionKind.Flag ? ArgumentArity.ZeroOrOne : ArgumentArity.ExactlyOne,
        };
    }

    private static IEnumerable<KeyValuePair<string, string>> Typed(ParseResult parsed, List<(OptionField Field, Option<string?> Option)> fields)
    {
        foreach (var (field, option) in fields)
            if (parsed.GetResult(option) is { Implicit: false } result)
                yield return new(field.Name, result.Tokens.Count == 0 ? "true" : result.Tokens[0].Value);
    }

    private static string? Given(ParseResult parsed, params Option<string?>[] options) =>
        options.FirstOrDefault(o => parsed.GetValue(o) is not null)?.Name;
}
