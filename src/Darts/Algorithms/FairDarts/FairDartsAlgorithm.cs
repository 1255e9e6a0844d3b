using MIOpenDarts.Darts.Bilevel;
using MIOpenDarts.Darts.Genotypes;
using MIOpenDarts.Darts.Options;
using MIOpenDarts.Darts.Relaxations;

namespace MIOpenDarts.Darts.Algorithms.FairDarts;

/// <summary>
/// Fair DARTS (Chu et al., ECCV 2020; xiaomi-automl/FairDARTS): a sigmoid for each operation, none left out of seven by the others, a loss
/// that drives the sigmoids towards zero or one, and a genotype of what is above a threshold.
/// </summary>
internal sealed class FairDartsAlgorithm : SearchAlgorithm
{
    private const string Id = "fair-darts";

    /// <inheritdoc/>
    public override string Name => Id;

    /// <inheritdoc/>
    public override string Summary => "independent sigmoids with a zero-one loss (Chu et al. 2020)";

    /// <inheritdoc/>
    public override SearchOptions Paper { get; } = new SearchOptions
    {
        Algorithm = Id,
        BatchSize = 128,
        LearningRate = 0.005,
        AlphaLearningRate = 3e-3,
        AlphaBeta1 = 0.9,
    }.With(new FairDartsOptions { GenotypeRule = FairDartsOptions.SparseRule, ZeroOneWeight = 10 });

    /// <inheritdoc/>
    public override IReadOnlyList<OptionField<SearchOptions>> Options { get; } = new FairDartsOptionTable().OnlyFor(Id);

    /// <inheritdoc/>
    public override bool MixesNone(CellSpace space) => false;

    /// <inheritdoc/>
    public override Relaxation<T> Relax<T>(SearchOptions options, int edges, int kind) =>
        new SigmoidRelaxation<T>(edges, Candidates(options).Count);

    /// <inheritdoc/>
    public override IAlphaPenalty? Penalty(SearchOptions options) =>
        options.Own<FairDartsOptions>() is { ZeroOneWeight: > 0 } own
            ? new ZeroOnePenalty(own.ZeroOneWeight, own.ZeroOneForm == "l1", CellSpace.Named(options.Space).Kinds.Count)
            : null;

    /// <inheritdoc/>
    public override Genotype Derive(IReadOnlyList<float[]> scores, SearchOptions options)
    {
        var own = options.Own<FairDartsOptions>();
        if (!own.HasThreshold) return base.Derive(scores, options);
        if (options.Skeleton == Skeleton.NasBench201)
        {
            var cell = NasBench201Cell.Derive(scores[0], Candidates(options), own.Threshold);
            return cell.Connects ? new Genotype(cell) : base.Derive(scores, options);
        }

        return new Genotype(Cell(scores[0], own, options).Cell, Cell(scores[1], own, options).Cell);
    }

    /// <inheritdoc/>
    public override IReadOnlyList<string> Notes(IReadOnlyList<float[]> scores, SearchOptions options)
    {
        var own = options.Own<FairDartsOptions>();
        if (!own.HasThreshold) return [];
        if (options.Skeleton == Skeleton.NasBench201) return NoneNotes(scores[0], own.Threshold, options);
        return [.. Notes("normal", scores[0], own, options), .. Notes("reduction", scores[1], own, options)];
    }

    /// <inheritdoc/>
    internal override IEnumerable<ValidationError> Validate(SearchOptions options)
    {
        if (options.Skeleton == Skeleton.NasBench201 && options.Own<FairDartsOptions>().GenotypeRule == FairDartsOptions.EdgeRule)
            yield return ValidationError.NotAllowed(
                "genotype_rule", FairDartsOptions.EdgeRule, $"{FairDartsOptions.SparseRule} or darts with space {options.Space}, "
                    + "whose edges have one operation");
    }

    // An edge of NAS-Bench-201 has one operation: its strongest, or none where that is below the threshold.
    private List<string> NoneNotes(float[] scores, double threshold, SearchOptions options)
    {
        var edges = CellSpace.NasBench201.Topology.Edges;
        var below = scores.Chunk(scores.Length / edges).Count(row => row.Max() < threshold);
        if (below == 0) return [];
        return NasBench201Cell.Derive(scores, Candidates(options), threshold).Connects
            ? [$"no operation of {below} of {edges} edges reached the threshold {threshold}, so they have none"]
            : [$"what reached the threshold {threshold} does not lead to the output of the cell (the largest weight is {scores.Max():F3}); "
                + "the strongest operation of each edge was taken; more --epochs or a lower --threshold leave it to the threshold"];
    }

    private ThresholdCell Cell(float[] scores, FairDartsOptions own, SearchOptions options)
    {
        var mode = own.GenotypeRule == FairDartsOptions.EdgeRule ? ThresholdMode.Edge : ThresholdMode.Sparse;
        return ThresholdDerivation.DeriveCell<float>(scores, Candidates(options), own.Threshold, mode, options.Multiplier);
    }

    private IEnumerable<string> Notes(string name, float[] scores, FairDartsOptions own, SearchOptions options)
    {
        var derived = Cell(scores, own, options);
        var largest = scores.Max();
        if (derived.TookStrongest)
        {
            var cause = largest < own.Threshold
                ? $"no operation of the {name} cell reached the threshold {own.Threshold} (the largest weight is {largest:F3})"
                : $"what reached the threshold {own.Threshold} in the {name} cell does not lead to its output";
            yield return $"{cause}; the two strongest edges of each node were taken; "
                + "more --epochs or a lower --threshold leave it to the threshold";
            yield break;
        }

        var empty = Enumerable.Range(0, derived.Cell.Nodes.Count).Where(node => !derived.Cell.Carries[GenotypeCell.Inputs + node]).ToList();
        if (empty.Count > 0)
            yield return $"nothing over the threshold {own.Threshold} leads to node {string.Join(" and node ", empty)} of the "
                + $"{name} cell (from 0); "
                + "a network leaves it out";
    }
}
