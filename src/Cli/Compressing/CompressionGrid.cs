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
    /// <param name="text">The target that each is to meet.</param>
    /// <param name="multiple">Widths stay multiples of it.</param>
    public static IEnumerable<(string Name, IReadOnlyList<CompressionStage> Stages)> For(HostNetwork network, string text, int multiple)
    {
        var target = CompressionTarget.Parse(text);
        var whole = WidthCost.For(target, network).Whole;
        var decompose = new CompressionStage { Kind = CompressionKind.Decompose, Target = text, Budget = target.Share * whole };
        var prune = decompose with { Kind = CompressionKind.Prune, Multiple = multiple };
        var halfway = Math.Sqrt(target.Share) * whole;
        yield return ("decompose", [decompose]);
        yield return ("prune-norm", [prune]);
        yield return ("prune-taylor", [prune with { By = ImportanceRule.Taylor }]);
        yield return ("decompose-prune", [decompose with { Budget = halfway }, prune]);
        yield return ("prune-decompose", [prune with { Budget = halfway }, decompose]);
        var quantize = new CompressionStage { Kind = CompressionKind.Quantize, Epochs = 0 };
        yield return ("quantize", [quantize]);
        yield return ("prune-quantize", [prune, quantize]);
    }
}
