using System.CommandLine;
using MIOpenDarts.Cli.Compressing;
using MIOpenDarts.Cli.Usage;
using MIOpenDarts.Darts.Compression;
using MIOpenDarts.Darts.Compression.Pruning;

namespace MIOpenDarts.Cli.Commands;

/// <summary><c>miopendarts prune</c>: a trained network without its least important channels.</summary>
internal static class PruneCommand
{
    public const string Name = "prune";
    private const int MostSteps = 20;

    /// <summary>What the help says below the options.</summary>
    public static string Footer =>
        $"""
        Whole channels go, those first that matter least for what they save: inside separable blocks and other blocks as long as that is
        enough, then where sums and concatenations tie several layers. Then the network is fine-tuned: the new folder is one of a training,
        for evaluate, predict, export, compare and a further compression. With --steps that is done several times, the same share each
        time, until the target is met; every step but the last is a folder of its own in the new one.
        A table of latencies is one that profile wrote for this network; between its entries widths are interpolated.

        Examples:
          miopendarts prune runs/trained --target macs=0.5
          miopendarts prune runs/trained --target params=0.4 --by taylor --steps 3 --epochs 3 --out runs/pruned
          miopendarts prune runs/trained --target latency:cpu-b1.json=0.7
          miopendarts prune --resume runs/pruned

        {ExitCode.Legend}
        """;

    public static Command Create(Screen screen)
    {
        var target = OptionNames.Path(
            "--target", "macs=X|params=X|latency:TABLE=X",
            $"What may be left of multiply-adds, parameters or latency (default: {CompressionTarget.Usual}).");
        var rule = OptionNames.OneOf(
            "--by", "What channels are judged by: scales of batch norms, weights of filters, or what the loss says.",
            "bn-scale", "l1", "taylor");
        var multiple = OptionNames.Number(
            "--multiple", $"Widths stay multiples of it, and at least it (default: {CompressionStage.DefaultMultiple}).", 1, 1024);
        var steps = OptionNames.Number("--steps", "Times that it is pruned and fine-tuned (default: 1).", 1, MostSteps);
        var command = new Command(Name, "Make a trained network smaller by taking channels away, and fine-tune it.");
        var arguments = new CompressionArguments(command, target, rule, multiple, steps);
        command.SetAction(parsed =>
        {
            var stage = new CompressionStage
            {
                Kind = CompressionKind.Prune,
                Target = parsed.GetValue(target) ?? CompressionTarget.Usual,
                By = parsed.GetValue(rule) switch
                {
                    "l1" => ImportanceRule.L1,
                    "taylor" => ImportanceRule.Taylor,
                    _ => ImportanceRule.BatchNormScale,
                },
                Multiple = parsed.GetValue(multiple) ?? CompressionStage.DefaultMultiple,
            };
            return parsed.GetValue(steps) is { } count and > 1
                ? arguments.RunStages(screen, parsed, task => Stages(stage, task, count))
                : arguments.Run(screen, parsed, stage.Apply);
        });
        return command;
    }

    private static List<CompressionStage> Stages(CompressionStage last, CompressionTask task, int count)
    {
        var target = CompressionTarget.Parse(last.Target);
        var budgets = WidthCost.For(target, task.Network).Budgets(target.Share, count);
        // An impossible target is told before hours of fine-tuning towards it.
        last.Apply(task);
        return
        [
            .. budgets.Select(budget => last with
            {
                Target = target.Lasting.ToString(),
                Table = target.TableHash,
                Budget = budget,
            }),
        ];
    }
}
