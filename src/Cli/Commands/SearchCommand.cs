using System.CommandLine;
using System.CommandLine.Parsing;
using MIOpenDarts.Cli.Usage;
using MIOpenDarts.Darts.Configuration;

namespace MIOpenDarts.Cli.Commands;

/// <summary><c>miopendarts search</c>: every option of a search, a preset, a file, a run to go on with.</summary>
internal static class SearchCommand
{
    public const string Name = "search";
    private const string Paper = "darts";

    /// <summary>What the help says below the options.</summary>
    public static string Footer =>
        $$"""
        [..] is the value in the preset {{Paper}}, the paper's; the other presets differ from it in
        {{string.Join("\n", SearchPresets.Names.Where(name => name != Paper).Select(Differences))}}

        A configuration file has the same options with _ for -, and preset:  {"preset": "{{Paper}}", "epochs": 20}

        Examples:
          miopendarts search
          miopendarts search --preset darts --data cifar-10-batches-bin --out runs/cifar
          miopendarts search --resume runs/cifar

        {{ExitCode.Legend}}
        """;

    public static Command Create(Screen screen)
    {
        var preset = new Option<string?>("--preset")
        {
            HelpName = string.Join('|', SearchPresets.Names),
            Description = $"Settings to start from ({SearchPresets.Default} unless told).",
        };
        var config = Words.Path("--config", "FILE", "Options from a .json or .yaml file; the command line wins over it.");
        var resume = Words.Path("--resume", "FOLDER", "Go on with a run that was stopped or killed.");
        var output = Words.Path("--out", "FOLDER", "Folder for the run (default: runs/ and the time).");
        var command = new Command(Name, "Search for an architecture; without options on the embedded images, in under two minutes on two cores.")
        {
            preset, config, resume, output,
        };
        var fields = SearchOptionFields.All.Select(f => (Field: f, Option: OptionOf(f))).ToList();
        foreach (var (_, option) in fields) command.Options.Add(option);
        command.SetAction(parsed =>
        {
            var typed = Typed(parsed, fields).ToList();
            using var run = parsed.GetValue(resume) is { } folder
                ? SearchRun.Resume(screen, folder, typed, Given(parsed, preset, config, output))
                : SearchRun.Start(screen, parsed.GetValue(preset), parsed.GetValue(config), typed, parsed.GetValue(output));
            return run.ToEnd();
        });
        return command;
    }

    private static Option<string?> OptionOf(OptionField field)
    {
        var help = field.Kind == OptionKind.Text ? $"{field.Help.TrimEnd('.')}: {field.Allowed}." : field.Help;
        return new Option<string?>("--" + field.Name.Replace('_', '-'))
        {
            Description = $"{help} [{field.Show(SearchPresets.Get(Paper))}]",
            HelpName = field.Kind switch { OptionKind.Integer => "N", OptionKind.Number => "X", OptionKind.Flag => "true|false", _ => "NAME" },
            Arity = field.Kind == OptionKind.Flag ? ArgumentArity.ZeroOrOne : ArgumentArity.ExactlyOne,
        };
    }

    private static string Differences(string preset)
    {
        var (paper, other) = (SearchPresets.Get(Paper), SearchPresets.Get(preset));
        var differing = SearchOptionFields.All.Where(f => f.Show(paper) != f.Show(other)).Select(f => $"{f.Name} {f.Show(other)}");
        return $"  {preset,-6} {string.Join(", ", differing)}";
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
