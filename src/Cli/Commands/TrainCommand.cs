using System.CommandLine;
using MIOpenDarts.Cli.Usage;
using MIOpenDarts.Darts.Distributed;
using MIOpenDarts.Darts.Evaluation;
using MIOpenDarts.Darts.Options;
using MIOpenDarts.Darts.Runs;
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

        {MoreEpochs.Help}

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
            Description = $"Settings to start from ({TrainPresets.Default} by default).",
        };
        var genotype = OptionNames.Genotype(
            "A published name, a file, the folder of a finished search or of a training, or the text itself.");
        var arch = OptionNames.Arch("A hand-made network instead of a genotype.");
        var config = OptionNames.Path("--config", "FILE", "Options from a .json or .yaml file; the command line wins over it.");
        var resume = OptionNames.Path(
            "--resume", "FOLDER", "Go on with a run that was stopped or killed, or give a finished one more --epochs.");
        var output = OptionNames.Path("--out", "FOLDER", "Folder for the run (default: runs/ and the time).");
        var board = OptionNames.TensorBoard();
        var command = new Command(
            Name, "Train a network from scratch and test it after every epoch; without options DARTS_V2, small, on the embedded images.")
        {
            genotype, arch, preset, config, resume, output, board,
        };
        var fields = new FieldOptions(
            TrainOptions.Table.All.Where(f => f.Name != "network").Select(f => ((OptionDefinition)f, f.Show(TrainPresets.Get(Paper)))));
        fields.AddTo(command);
        command.SetAction(parsed =>
        {
            var typed = fields.Typed(parsed).ToList();
            if (Network(parsed.GetValue(genotype), parsed.GetValue(arch)) is { } network) typed.Add(new("network", network));
            using var ranks = Ranks.Join(Failures.ReportedOfRank);
            TrainRun One() => parsed.GetValue(resume) is { } folder
                ? TrainRun.Resume(screen, folder, typed, FieldOptions.Given(parsed, preset, config, output), parsed.GetValue(board))
                : TrainRun.Start(
                    screen, parsed.GetValue(preset), parsed.GetValue(config), typed, parsed.GetValue(output), parsed.GetValue(board),
                    ranks);
            if (ranks is not null) return RankRun.ToEnd(ranks, screen, OptionNames.Line(parsed), One, TrainRun.Follow);
            using var run = One();
            return run.ToEnd();
        });
        return command;
    }

    /// <summary>A network's text or name from what was typed; null from nothing.</summary>
    public static string? Network(string? genotype, string? arch)
    {
        if (genotype is not null && arch is not null) throw new OptionsException("--genotype and --arch do not go together; keep one");
        if (genotype is not null) return ShowCommand.Resolve(genotype).ToString();
        if (arch is null) return null;
        return NetworkDescription.Baselines.FirstOrDefault(name => string.Equals(name, arch, StringComparison.OrdinalIgnoreCase))
            ?? throw new OptionsException($"--arch is '{arch}'; allowed is one of {string.Join(", ", NetworkDescription.Baselines)}");
    }

    private static string Differences(string preset)
    {
        var (paper, other) = (TrainPresets.Get(Paper), TrainPresets.Get(preset));
        var differing = TrainOptions.Table.All.Where(f => f.Show(paper) != f.Show(other)).Select(f => $"{f.Name} {f.Show(other)}");
        return $"  {preset,-8} {string.Join(", ", differing)}";
    }
}
