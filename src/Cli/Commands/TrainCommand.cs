using System.CommandLine;
using MIOpenDarts.Cli.Usage;
using MIOpenDarts.Darts.Configuration;
using MIOpenDarts.Darts.Training;

namespace MIOpenDarts.Cli.Commands;

/// <summary><c>miopendarts train</c>: trains the network of a genotype, or a hand-made one, from scratch.</summary>
internal static class TrainCommand
{
    public const string Name = "train";
    private const string Paper = "darts";

    /// <summary>What the help says below the options.</summary>
    public static string Footer =>
        $"""
        [..] is the value in the preset {Paper}, the paper's; the other presets differ from it in
        {string.Join("\n", TrainPresets.Names.Where(name => name != Paper).Select(Differences))}

        A run folder has best.safetensors and weights.safetensors, for: miopendarts evaluate, predict and export.

        Examples:
          miopendarts train --genotype DARTS_V2
          miopendarts train --genotype runs/found --preset darts --data cifar-10-batches-bin --out runs/trained
          miopendarts train --arch resnet20
          miopendarts train --resume runs/trained

        {ExitCode.Legend}
        """;

    public static Command Create(Screen screen)
    {
        var preset = new Option<string?>("--preset")
        {
            HelpName = string.Join('|', TrainPresets.Names),
            Description = $"Settings to start from ({TrainPresets.Default} unless told).",
        };
        var genotype = Words.Path("--genotype", "GENOTYPE", "A published name, a file, the folder of a finished search, or the text itself.");
        var arch = Words.Path("--arch", "resnet20|mobilenetv2", "A hand-made network instead of a genotype.");
        var config = Words.Path("--config", "FILE", "Options from a .json or .yaml file; the command line wins over it.");
        var resume = Words.Path("--resume", "FOLDER", "Go on with a run that was stopped or killed.");
        var output = Words.Path("--out", "FOLDER", "Folder for the run (default: runs/ and the time).");
        var board = new Option<bool>("--tensorboard") { Description = "Write an event file for TensorBoard into the run folder too." };
        var command = new Command(Name, "Train a network from scratch and test it after every epoch; without options DARTS_V2, small, on the embedded images.")
        {
            genotype, arch, preset, config, resume, output, board,
        };
        var fields = TrainOptionFields.All.Where(f => f.Name != "network").Select(f => (Field: f, Option: OptionOf(f))).ToList();
        foreach (var (_, option) in fields) command.Options.Add(option);
        command.SetAction(parsed =>
        {
            var typed = Typed(parsed, fields).ToList();
            if (Network(parsed.GetValue(genotype), parsed.GetValue(arch)) is { } network) typed.Add(new("network", network));
            using var run = parsed.GetValue(resume) is { } folder
                ? TrainRun.Resume(screen, folder, typed, Given(parsed, preset, config, output), parsed.GetValue(board))
                : TrainRun.Start(screen, parsed.GetValue(preset), parsed.GetValue(config), typed, parsed.GetValue(output), parsed.GetValue(board));
            return run.ToEnd();
        });
        return command;
    }

    private static string? Network(string? genotype, string? arch)
    {
        if (genotype is not null && arch is not null) throw new OptionsException("--genotype and --arch do not go together; keep one");
        return genotype is null ? arch : ShowCommand.Resolve(genotype).ToString();
    }

    private static Option<string?> OptionOf(TrainOptionField field)
    {
        var help = field.Kind == OptionKind.Text ? $"{field.Help.TrimEnd('.')}: {field.Allowed}." : field.Help;
        return new Option<string?>("--" + field.Name.Replace('_', '-'))
        {
            Description = $"{help} [{field.Show(TrainPresets.Get(Paper))}]",
            HelpName = field.Kind switch { OptionKind.Integer => "N", OptionKind.Number => "X", OptionKind.Flag => "true|false", _ => "NAME" },
            Arity = field.Kind == OptionKind.Flag ? ArgumentArity.ZeroOrOne : ArgumentArity.ExactlyOne,
        };
    }

    private static string Differences(string preset)
    {
        var (paper, other) = (TrainPresets.Get(Paper), TrainPresets.Get(preset));
        var differing = TrainOptionFields.All.Where(f => f.Show(paper) != f.Show(other)).Select(f => $"{f.Name} {f.Show(other)}");
        return $"  {preset,-8} {string.Join(", ", differing)}";
    }

    private static IEnumerable<KeyValuePair<string, string>> Typed(ParseResult parsed, List<(TrainOptionField Field, Option<string?> Option)> fields)
    {
        foreach (var (field, option) in fields)
            if (parsed.GetResult(option) is { Implicit: false } result)
                yield return new(field.Name, result.Tokens.Count == 0 ? "true" : result.Tokens[0].Value);
    }

    private static string? Given(ParseResult parsed, params Option<string?>[] options) =>
        options.FirstOrDefault(o => parsed.GetValue(o) is not null)?.Name;
}
