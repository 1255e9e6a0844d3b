using System.CommandLine;
using System.Globalization;
using MIOpenDarts.Cli.Compressing;
using MIOpenDarts.Cli.Usage;
using MIOpenDarts.Darts.Compression;
using MIOpenDarts.Darts.Options;

namespace MIOpenDarts.Cli.Commands;

/// <summary><c>miopendarts decompose</c>: convolutions of a trained network as factors of lower rank.</summary>
internal static class DecomposeCommand
{
    public const string Name = "decompose";

    /// <summary>What the help says below the options.</summary>
    public static string Footer =>
        $"""
        Each 1x1 convolution that is worth it becomes two of lower rank, by the singular values of what it computes on training images, and
        each dense k x k convolution three (Tucker-2), by those of its weights. With a target the layers that lose least for what they save
        are cut first; with --energy each keeps that share of its output's or weights' square. Then the network is fine-tuned: the new
        folder is one of a training, for evaluate, predict, export, compare and a further compression.

        Examples:
          miopendarts decompose runs/trained --target macs=0.5
          miopendarts decompose runs/trained --energy 0.95 --epochs 10 --out runs/decomposed
          miopendarts decompose --resume runs/decomposed

        {ExitCode.Legend}
        """;

    public static Command Create(Screen screen)
    {
        var target = OptionNames.Path(
            "--target", "macs=X|params=X", $"What may be left of multiply-adds or parameters (default: {CompressionTarget.Usual}).");
        var energy = OptionNames.Path(
            "--energy", "X", "Share of its output's or weights' square that each layer keeps, instead of a target.");
        var command = new Command(Name, "Make a trained network smaller by factors of low rank, and fine-tune it.");
        var arguments = new CompressionArguments(command, target, energy);
        command.SetAction(parsed => arguments.Run(screen, parsed, task =>
        {
            var kept = parsed.GetValue(energy) is { } text ? Energy(text) : (double?)null;
            if (kept is not null && parsed.GetValue(target) is not null)
                throw new OptionsException("--target and --energy do not go together; keep one");
            return new CompressionStage
            {
                Kind = CompressionKind.Decompose,
                Target = parsed.GetValue(target) ?? CompressionTarget.Usual,
                Energy = kept,
            }.Apply(task);
        }));
        return command;
    }

    private static double Energy(string text) =>
        double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var share) && share is > 0 and < 1
            ? share
            : throw new OptionsException($"--energy is {text}; allowed is a number over 0 and below 1");
}
