using System.Numerics;
using MIOpenDarts.Darts.Bilevel;
using MIOpenDarts.Darts.Genotypes;
using MIOpenDarts.Darts.Relaxations;

namespace MIOpenDarts.Darts.Algorithms;

/// <summary>
/// Fair DARTS (Chu et al., ECCV 2020; xiaomi-automl/FairDARTS): a sigmoid for each operation, none left out of seven by the others, a loss
/// that drives the sigmoids towards zero or one, and a genotype of what is above a threshold.
/// </summary>
public sealed class FairDartsAlgorithm : SearchAlgorithm
{
    /// <summary>What the option <c>genotype_rule</c> may be: the official parse modes.</summary>
    public static IReadOnlyList<string> Rules { get; } = ["darts", "threshold_sparse", "threshold_edge"];

    /// <summary>Its name.</summary>
    public const string Word = "fair-darts";

    /// <inheritdoc/>
    public override string Name => Word;

    /// <inheritdoc/>
    public override string Summary => "independent sigmoids with a zero-one loss (Chu et al. 2020)";

    /// <inheritdoc/>
    public override SearchOptions Paper { get; } = new()
    {
        Algorithm = Word,
        GenotypeRule = "threshold_sparse",
        ZeroOneWeight = 10,
        BatchSize = 128,
        LearningRate = 0.005,
        AlphaLearningRate = 3e-3,
        AlphaBeta1 = 0.9,
    };

    /// <inheritdoc/>
    public override IReadOnlyList<Primitive> Candidates => Primitives.Operations;

    /// <inheritdoc/>
    public override Relaxation<T> Relax<T>(SearchOptions options, int edges, int kind) => new SigmoidRelaxation<T>(edges, Candidates.Count);

    /// <inheritdoc/>
    public override IAlphaPenalty? Penalty(SearchOptions options) =>
        options.ZeroOneWeight > 0 ? new ZeroOnePenalty(options.ZeroOneWeight, options.ZeroOneForm == "l1") : null;

    /// <inheritdoc/>
    public override Genotype Derive(float[] normal, float[] reduce, SearchOptions options)
    {
        if (options.GenotypeRule == "darts") return base.Derive(normal, reduce, options);
        return new Genotype(Cell(normal, options).Cell, Cell(reduce, options).Cell);
    }

    /// <inheritdoc/>
    public override IReadOnlyList<string> Notes(float[] normal, float[] reduce, SearchOptions options) =>
        options.GenotypeRule == "darts" ? [] : [.. Notes("normal", normal, options), .. Notes("reduction", reduce, options)];

    private ThresholdCell Cell(float[] strengths, SearchOptions options)
    {
        var mode = options.GenotypeRule == "threshold_edge" ? ThresholdMode.Edge : ThresholdMode.Sparse;
        return ThresholdDerivation.DeriveCell<float>(strengths, Candidates, options.Threshold, mode, options.Multiplier);
    }

    private IEnumerable<string> Notes(string name, float[] strengths, SearchOptions options)
    {
        var derived = Cell(strengths, options);
        var largest = strengths.Max();
        if (derived.TookStrongest)
        {
            var cause = largest < options.Threshold
                ? $"no operation of the {name} cell reached the threshold {options.Threshold} (the largest weight is {largest:F3})"
                : $"what reached the threshold {options.Threshold} in the {name} cell does not lead to its output";
            yield return $"{cause}; the two strongest edges of each node were taken; more --epochs or a lower --threshold leave it to the threshold";
            yield break;
        }

        var empty = Enumerable.Range(0, derived.Cell.Nodes.Count).Where(node => !derived.Cell.Carries[GenotypeCell.Inputs + node]).ToList();
        if (empty.Count > 0)
            yield return $"nothing over the threshold {options.Threshold} leads to node {string.Join(" and node ", empty)} of the {name} cell (from 0); a network leaves it out";
    }
}
