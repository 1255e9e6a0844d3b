using System.Numerics;
using MIOpenDarts.Darts.Bilevel;
using MIOpenDarts.Darts.Genotypes;
using MIOpenDarts.Darts.Relaxations;
using MIOpenDarts.Darts.Supernets;

namespace MIOpenDarts.Darts.Algorithms;

/// <summary>
/// DrNAS (Chen et al., ICLR 2021; xiangning-chen/DrNAS): weights drawn from a Dirichlet distribution whose concentrations are learnt, held
/// back by weight decay or by a divergence; partial channels, of which a second stage takes more, for fewer operations.
/// </summary>
public sealed class DrNasAlgorithm : SearchAlgorithm
{
    /// <summary>Its name.</summary>
    public const string Word = "dr-nas";

    /// <inheritdoc/>
    public override string Name => Word;

    /// <inheritdoc/>
    public override string Summary => "Dirichlet weights in two stages, the second wider (Chen et al. 2021)";

    /// <inheritdoc/>
    public override SearchOptions Paper { get; } = new()
    {
        Algorithm = Word,
        InitChannels = 36,
        Layers = 20,
        PartialChannels = 6,
        WarmupEpochs = 10,
        SecondStageEpoch = 25,
        SecondStagePartialChannels = 4,
        SecondStageOperations = 4,
        LearningRate = 0.1,
        LearningRateMin = 0,
        AlphaLearningRate = 6e-4,
    };

    /// <inheritdoc/>
    public override IReadOnlyList<Primitive> Candidates => Primitives.Operations;

    /// <inheritdoc/>
    public override int Stage(SearchOptions options, int epoch) => options.SecondStageEpoch > 0 && epoch >= options.SecondStageEpoch ? 1 : 0;

    /// <inheritdoc/>
    public override SearchSpace Space(SearchOptions options, int stage) =>
        new(Candidates, stage == 0 ? options.PartialChannels : options.SecondStagePartialChannels, options.EdgeNormalization);

    /// <inheritdoc/>
    public override Relaxation<T> Relax<T>(SearchOptions options, int edges, int kind) => new DirichletRelaxation<T>(edges, Candidates.Count, kind);

    /// <inheritdoc/>
    public override IAlphaPenalty? Penalty(SearchOptions options) => options.DivergenceWeight > 0 ? new DivergencePenalty(options.DivergenceWeight) : null;

    /// <summary>The alphas rest at the start of each stage.</summary>
    public override bool MovesAlphas(SearchOptions options, int epoch) =>
        epoch - Stage(options, epoch) * options.SecondStageEpoch >= options.WarmupEpochs;
}
