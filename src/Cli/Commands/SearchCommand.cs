using System.CommandLine;
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
        var board = Words.TensorBoard();
        var command = new Command(Name, "Search for an architecture; without options on the embedded images, in under two minutes on two cores.")
        {
            preset, config, resume, output, board,
        };
        var fields = new FieldOptions(SearchOptionFields.All.Select(f => ((OptionDefinition)f, f.Show(SearchPresets.Get(Paper)))));
        fields.AddTo(command);
        command.SetAction(parsed =>
        {
            var typed = fields.Typed(parsed).ToList();
            using var run = parsed.GetValue(resume) is { } folder
                ? SearchRun.Resume(screen, folder, typed, FieldOptions.Given(parsed, preset, config, output), parsed.GetValue(board))
                : SearchRun.Start(screen, parsed.GetValue(preset), parsed.GetValue(config), typed, parsed.GetValue(output), parsed.GetValue(board));
            return run.ToEnd();
        });
        return command;
    }

    private static string Differences(string preset)
    {
        var (paper, other) = (SearchPresets.Get(Paper), SearchPresets.Get(preset));
        var differing = SearchOptionFields.All.Where(f => f.Show(paper) != f.Show(other)).Select(f => $"{f.Name} {f.Show(other)}");
        return $"  {preset,-6} {string.Join(", ", differing)}";
    }
}
