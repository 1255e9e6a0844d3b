using MIOpenDarts.Darts.Bilevel;
using MIOpenDarts.Darts.Genotypes;
using MIOpenDarts.Darts.Options;
using MIOpenDarts.Darts.Relaxations;
using MIOpenDarts.Darts.Supernets;

namespace MIOpenDarts.Darts.Algorithms.DrNas;

/// <summary>
/// DrNAS (Chen et al., ICLR 2021; xiangning-chen/DrNAS): weights drawn from a Dirichlet distribution whose concentrations are learnt, held
/// back by weight decay or by a divergence; partial channels, of which a second stage takes more, for fewer operations.
/// </summary>
internal sealed class DrNasAlgorithm : SearchAlgorithm
{
    private const string Id = "dr-nas";

    /// <inheritdoc/>
    public override string Name => Id;

    /// <inheritdoc/>
    public override string Summary => "Dirichlet weights in two stages, the second wider (Chen et al. 2021)";

    /// <inheritdoc/>
    public override SearchOptions Paper { get; } = new SearchOptions
    {
        Algorithm = Id,
        InitChannels = 36,
        Layers = 20,
        PartialChannels = 6,
        WarmupEpochs = 10,
        LearningRate = 0.1,
        LearningRateMin = 0,
        AlphaLearningRate = 6e-4,
    }.With(new DrNasOptions { SecondStageEpoch = 25, SecondStagePartialChannels = 4, SecondStageOperations = 4 });

    // The official code has one stage there, with all channels: 201-space/train_search.py.
    private protected override SearchOptions ForNasBench201(SearchOptions options) => options.With(new DrNasOptions()) with
    {
        Epochs = 100,
        PartialChannels = 1,
        WarmupEpochs = 0,
        LearningRate = 0.025,
        LearningRateMin = 0.001,
        AlphaLearningRate = 3e-4,
    };

    /// <inheritdoc/>
    public override IReadOnlyList<OptionField<SearchOptions>> Options { get; } = new DrNasOptionTable().OnlyFor(Id);

    /// <inheritdoc/>
    public override bool MixesNone(CellSpace space) => space.TakesNone;

    /// <inheritdoc/>
    public override IReadOnlyList<int> StageStarts(SearchOptions options) =>
        options.Own<DrNasOptions>().SecondStageEpoch is > 0 and var second && second < options.Epochs ? [0, second] : [0];

    /// <inheritdoc/>
    public override SearchSpace Space(SearchOptions options, int stage) => stage == 0
        ? base.Space(options, stage)
        : base.Space(options, stage) with { PartialChannels = options.Own<DrNasOptions>().SecondStagePartialChannels };

    /// <inheritdoc/>
    public override Relaxation<T> Relax<T>(SearchOptions options, int edges, int kind) =>
        new DirichletRelaxation<T>(edges, Candidates(options).Count, kind);

    /// <inheritdoc/>
    public override IAlphaPenalty? Penalty(SearchOptions options) =>
        options.Own<DrNasOptions>().DivergenceWeight is > 0 and var weight
            ? new DivergencePenalty(weight, Candidates(options).Count, CellSpace.Named(options.Space).Kinds.Count)
            : null;

    /// <summary>
    /// The weakest operations leave the race, and weights, statistics and momentum go over to the network of the stage, copied where it has
    /// more channels.
    /// </summary>
    internal override void BeginStage(SearchStage old, SearchStage now, SearchOptions options)
    {
        foreach (var (architecture, adam) in now.Net.Architectures.Zip(now.Adams))
        {
            var relaxation = (DirichletRelaxation<float>)architecture.Relaxation;
            relaxation.Prune(architecture.Alphas, options.Own<DrNasOptions>().SecondStageOperations);
            // What is out of the race must not drift on what Adam remembers of it.
            for (var path = 0; path < architecture.Alphas.Length; path++)
                if (!relaxation.IsAlive(path)) (adam.Mean[path], adam.MeanSquare[path]) = (0, 0);
        }

        new ChannelWidening(options.Seed, now.Number).Copy(old.Net, old.Sgd.MomentumBuffer, now.Net, now.Sgd.MomentumBuffer);
    }

    /// <inheritdoc/>
    public override SearchOptions WithEpochs(SearchOptions options, int epochs)
    {
        var own = options.Own<DrNasOptions>();
        return base.WithEpochs(options, epochs).With(own with { SecondStageEpoch = own.SecondStageEpoch * epochs / options.Epochs });
    }

    /// <inheritdoc/>
    internal override IEnumerable<ValidationError> Validate(SearchOptions options)
    {
        var own = options.Own<DrNasOptions>();
        if (own.SecondStageEpoch >= options.Epochs)
            yield return ValidationError.NotAllowed(
                "second_stage_epoch", $"{own.SecondStageEpoch}", $"0, or a whole number below epochs, which is {options.Epochs}");
        // What there is no second stage for binds nothing.
        if (StageStarts(options).Count == 1) yield break;
        if (!Divides(own.SecondStagePartialChannels, options))
            yield return ValidationError.NotAllowed(
                "second_stage_partial_channels", $"{own.SecondStagePartialChannels}",
                $"a divisor of init_channels, which is {options.InitChannels}");
        if (CellSpace.TryFind(options.Space, out var space) && own.SecondStageOperations > Candidates(options).Count)
            yield return ValidationError.NotAllowed(
                "second_stage_operations", $"{own.SecondStageOperations}",
                $"a whole number from 1 to {Candidates(options).Count}, the operations of space {space.Name}");
    }

    /// <inheritdoc/>
    internal override SearchOptions Follow(SearchOptions options, DependentOptions dependent)
    {
        var own = options.Own<DrNasOptions>();
        if (dependent.Follows("second_stage_epoch", "epochs") && own.SecondStageEpoch >= options.Epochs)
            own = own with { SecondStageEpoch = dependent.ShareOfEpochs(own.SecondStageEpoch, options) };
        if (StageStarts(options.With(own)).Count > 1)
            own = own with
            {
                SecondStagePartialChannels = dependent.Divisor(
                    "second_stage_partial_channels", own.SecondStagePartialChannels, options),
            };
        return options.With(own);
    }
}
