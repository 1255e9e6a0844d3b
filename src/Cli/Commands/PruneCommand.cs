using System.CommandLine;
using MIOpenDarts.Cli.Usage;
using MIOpenDarts.Darts.Compression;
using MIOpenDarts.Darts.Compression.Pruning;

namespace MIOpenDarts.Cli.Commands;

/// <summary><c>miopendarts prune</c>: a trained network without its least important channels.</summary>
internal static class PruneCommand
{
    public const string Name = "prune";
    private const int Multiple = 8;

    /// <summary>What the help says below the options.</summary>
    public static string Footer =>
        $"""
        Whole channels go, those first that matter least for what they save: inside separable blocks and other blocks as long as that is
        enough, then where sums and concatenations tie several layers. Then the network is fine-tuned: the new folder is one of a training,
        for evaluate, predict, export, compare and a further compression.

        Examples:
          miopendarts prune runs/trained --target macs=0.5
          miopendarts prune runs/trained --target params=0.4 --by taylor --epochs 10 --out runs/pruned
          miopendarts prune --resume runs/pruned

        {ExitCode.Legend}
        """;

    public static Command Create(Screen screen)
    {
        var target = OptionNames.Path(
            "--target", "macs=X|params=X", "What may be left of multiply-adds or parameters (default: macs=0.5).");
        var rule = OptionNames.OneOf(
            "--by", "What channels are judged by: scales of batch norms, weights of filters, or what the loss says.",
            "norm", "filter", "taylor");
        var multiple = OptionNames.Number("--multiple", $"Widths stay multiples of it, and at least it (default: {Multiple}).", 1, 1024);
        var command = new Command(Name, "Make a trained network smaller by taking channels away, and fine-tune it.");
        var arguments = new CompressionArguments(command, target, rule, multiple);
        command.SetAction(parsed => arguments.Run(screen, parsed, task =>
        {
            var goal = CompressionTarget.Parse(parsed.GetValue(target) ?? "macs=0.5");
            var judged = parsed.GetValue(rule) switch
            {
                "filter" => ImportanceRule.Filter,
                "taylor" => ImportanceRule.Taylor,
                _ => ImportanceRule.Norm,
            };
            var pruning = new ChannelPruning(
                task.Network, judged, parsed.GetValue(multiple) ?? Multiple, task.Images, task.Backend);
            var (network, groups) = pruning.To(goal);
            var narrower = groups.Where(group => group.After < group.Before).ToList();
            return (network,
            [
                .. narrower.Select(group =>
                    $"width    {group.Name}: {group.Before} to {group.After}{(group.IsFree ? "" : ", with the layers tied to it")}"),
                $"widths   {narrower.Count} of {groups.Count} are narrower",
            ]);
        }));
        return command;
    }
}
