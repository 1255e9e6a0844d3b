using MIOpenDarts.Darts.Compression;
using MIOpenDarts.Darts.Compression.Pruning;

namespace MIOpenDarts.Cli.Compressing;

/// <summary>
/// The ways of compression that a study tries: each alone and, halfway each, one after the other; bytes alone, and after pruning.
/// </summary>
internal static class CompressionGrid
{
    /// <summary>The ways by name, in order, with their stages.</summary>
    /// <param name="network">The network as trained.</param>
    /// <param name="target">The target that each is to meet; none of latency.</param>
    /// <param name="multiple">Widths stay multiples of it.</param>
    public static IEnumerable<(string Name, IReadOnlyList<CompressionStage> Stages)> For(
        HostNetwork network, CompressionTarget target, int multiple)
    {
        var budgets = WidthCost.For(target, network).Budgets(target.Share, steps: 2);
        var decompose = new CompressionStage
        {
            Kind = CompressionKind.Decompose,
            Target = target.ToString(),
            Budget = budgets[1],
        };
        var prune = decompose with { Kind = CompressionKind.Prune, Multiple = multiple };
        yield return ("decompose", [decompose]);
        yield return ("prune-bn-scale", [prune]);
        yield return ("prune-taylor", [prune with { By = ImportanceRule.Taylor }]);
        yield return ("decompose-prune", [decompose with { Budget = budgets[0] }, prune]);
        yield return ("prune-decompose", [prune with { Budget = budgets[0] }, decompose]);
        var quantize = new CompressionStage { Kind = CompressionKind.Quantize, Epochs = 0 };
        yield return ("quantize", [quantize]);
        yield return ("prune-quantize", [prune, quantize]);
    }

    /// <summary>Whether a stage is done until a target is met.</summary>
    public static bool HasTarget(CompressionStage stage) => stage.Kind != CompressionKind.Quantize;

    /// <summary>
    /// Refuses stages that will not meet their targets, by going through those that have one without the fine-tunings: those change
    /// numbers, on which no least size depends.
    /// </summary>
    /// <exception cref="Darts.Options.OptionsException">One of them cannot be met.</exception>
    public static void Rehearse(IEnumerable<CompressionStage> stages, CompressionTask task)
    {
        foreach (var stage in stages.Where(HasTarget)) task = task with { Network = stage.Apply(task).Network };
    }
}
