namespace MIOpenDarts.Darts.Algorithms.FairDarts;

/// <summary>Options of Fair DARTS alone. The defaults are sigmoids without a penalty, read as DARTS reads its alphas.</summary>
public sealed record FairDartsOptions
{
    /// <summary>The two strongest edges of a node, as far as they reach the threshold.</summary>
    internal const string SparseRule = "threshold_sparse";

    /// <summary>The two strongest operations of each edge, as far as they reach the threshold.</summary>
    internal const string EdgeRule = "threshold_edge";

    private const string DartsRule = "darts";

    /// <summary>What <see cref="GenotypeRule"/> may be: the official parse modes.</summary>
    public static IReadOnlyList<string> Rules { get; } = [DartsRule, SparseRule, EdgeRule];

    /// <summary>Weight of the zero-one loss; 0 for none.</summary>
    public double ZeroOneWeight { get; init; }

    /// <summary>Its form: <c>l2</c> or <c>l1</c>.</summary>
    public string ZeroOneForm { get; init; } = "l2";

    /// <summary>How a genotype is read: one of <see cref="Rules"/>.</summary>
    public string GenotypeRule { get; init; } = DartsRule;

    /// <summary>Least sigmoid of an operation that a threshold rule keeps.</summary>
    public double Threshold { get; init; } = 0.85;

    /// <summary>Whether the rule asks for the threshold.</summary>
    internal bool HasThreshold => GenotypeRule != DartsRule;
}

/// <summary>Their table.</summary>
internal sealed class FairDartsOptionTable() : MethodOptionTable<FairDartsOptions>(
[
    Number(
        "zero_one_weight", "from 0 to 1000", "Weight of the loss that drives sigmoids to zero or one (fair-darts).",
        o => o.ZeroOneWeight, (o, v) => o with { ZeroOneWeight = v }, x => x is >= 0 and <= 1000),
    Choice("zero_one_form", ["l2", "l1"], "Form of that loss.", o => o.ZeroOneForm, (o, v) => o with { ZeroOneForm = v }),
    Choice(
        "genotype_rule", FairDartsOptions.Rules, "How a genotype is read (fair-darts).",
        o => o.GenotypeRule, (o, v) => o with { GenotypeRule = v }),
    Number(
        "threshold", "over 0, below 1", "Least weight of an operation that a threshold rule keeps.",
        o => o.Threshold, (o, v) => o with { Threshold = v }, x => x is > 0 and < 1),
]);
