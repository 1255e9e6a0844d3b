using System.Numerics;
using MIOpenDarts.Darts.Algorithms.Darts;
using MIOpenDarts.Darts.Algorithms.DrNas;
using MIOpenDarts.Darts.Algorithms.FairDarts;
using MIOpenDarts.Darts.Algorithms.Gdas;
using MIOpenDarts.Darts.Algorithms.PcDarts;
using MIOpenDarts.Darts.Algorithms.RandomSearch;
using MIOpenDarts.Darts.Bilevel;
using MIOpenDarts.Darts.Costs;
using MIOpenDarts.Darts.Genotypes;
using MIOpenDarts.Darts.Options;
using MIOpenDarts.Darts.Relaxations;
using MIOpenDarts.Darts.Supernets;

namespace MIOpenDarts.Darts.Algorithms;

/// <summary>
/// A method of the DARTS family: its paper's settings, what it searches, how alphas become weights, what it adds to the loss, and how it
/// reads a genotype. Everything else - supernet, bilevel steps, data, checkpoints - is shared. A method that says nothing else is DARTS. A
/// new method is a folder beside this file and a line in <see cref="All"/>.
/// </summary>
internal abstract class SearchAlgorithm
{
    /// <summary>All methods.</summary>
    public static IReadOnlyList<SearchAlgorithm> All { get; } =
        [new DartsAlgorithm(), new PcDartsAlgorithm(), new FairDartsAlgorithm(), new DrNasAlgorithm(), new GdasAlgorithm(),
            new RandomAlgorithm()];

    /// <summary>Names of all methods, as the option <c>algorithm</c> takes them.</summary>
    public static IReadOnlyList<string> Names { get; } = [.. All.Select(algorithm => algorithm.Name)];

    /// <summary>Name, as the option <c>algorithm</c> takes it.</summary>
    public abstract string Name { get; }

    /// <summary>What it does, in a few words, with its source.</summary>
    public abstract string Summary { get; }

    /// <summary>The settings of its paper or official code.</summary>
    public abstract SearchOptions Paper { get; }

    /// <summary>Its settings for a space: those of the paper, in the space's own size.</summary>
    public SearchOptions SettingsFor(CellSpace space) => space.Skeleton == Skeleton.NasBench201
        ? ForNasBench201(SpaceOptions.Fit(Paper, space))
        : SpaceOptions.Fit(Paper, space);

    /// <summary>Its settings for NAS-Bench-201, where they differ from those of the paper in more than size.</summary>
    private protected virtual SearchOptions ForNasBench201(SearchOptions options) => options;

    /// <summary>Whether it trains a supernet at all.</summary>
    public virtual bool Trains => true;

    /// <summary>The method of these options.</summary>
    /// <exception cref="OptionsException">There is none of that name.</exception>
    public static SearchAlgorithm From(SearchOptions options) => Find(options.Algorithm)
        ?? throw new OptionsException([ValidationError.NotAllowed("algorithm", $"'{options.Algorithm}'", string.Join(", ", Names))]);

    /// <summary>The method of this name; null where there is none.</summary>
    public static SearchAlgorithm? Find(string name) =>
        All.FirstOrDefault(a => string.Equals(a.Name, name, StringComparison.OrdinalIgnoreCase));

    /// <summary>The options that the method alone reads, made by a <see cref="MethodOptionTable{TOwn}"/>.</summary>
    public virtual IReadOnlyList<OptionField<SearchOptions>> Options => [];

    /// <summary>Whether an edge may choose <c>none</c> in a search of a space.</summary>
    public virtual bool MixesNone(CellSpace space) => true;

    /// <summary>Operations of an edge, in the order of the columns of alpha: those of the options' space.</summary>
    public IReadOnlyList<Primitive> Candidates(SearchOptions options)
    {
        var space = CellSpace.Named(options.Space);
        return MixesNone(space) ? space.Candidates : space.Operations;
    }

    /// <summary>The epochs in which stages begin; the first is 0.</summary>
    public virtual IReadOnlyList<int> StageStarts(SearchOptions options) => [0];

    /// <summary>The stage of an epoch, from 0.</summary>
    public int Stage(SearchOptions options, int epoch) => StageStarts(options).Count(start => start <= epoch) - 1;

    /// <summary>What edges choose from in a stage.</summary>
    public virtual SearchSpace Space(SearchOptions options, int stage) =>
        new(Candidates(options), options.PartialChannels, options.EdgeNormalization) { Cells = CellSpace.Named(options.Space) };

    /// <summary>How the alphas of a kind of cells become weights; a number for each kind, in the order of the space.</summary>
    public virtual Relaxation<T> Relax<T>(SearchOptions options, int edges, int kind)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => new SoftmaxRelaxation<T>(edges, Candidates(options).Count);

    /// <summary>What the validation loss has beside the cross entropy; null for nothing.</summary>
    public virtual IAlphaPenalty? Penalty(SearchOptions options) => null;

    /// <summary>Whether the alphas move in an epoch, or only the weights, as at the start of each stage.</summary>
    public bool MovesAlphas(SearchOptions options, int epoch) =>
        epoch - StageStarts(options).Last(start => start <= epoch) >= options.WarmupEpochs;

    /// <summary>
    /// Takes weights and momentum over to the network of a further stage, which has the alphas of the one before already and is not planned
    /// yet.
    /// </summary>
    /// <param name="old">The stage that ends.</param>
    /// <param name="now">The stage that begins.</param>
    /// <param name="options">The search's.</param>
    internal virtual void BeginStage(SearchStage old, SearchStage now, SearchOptions options) =>
        throw new NotSupportedException($"{Name} has one stage.");

    /// <summary>The same settings for other epochs: warm-up and stages keep their share.</summary>
    public virtual SearchOptions WithEpochs(SearchOptions options, int epochs) =>
        options with { Epochs = epochs, WarmupEpochs = options.WarmupEpochs * epochs / options.Epochs };

    /// <summary>The least channels of which each stage mixes a whole part, and all of which the multiples do.</summary>
    public int ChannelMultiple(SearchOptions options)
    {
        var multiple = 1;
        for (var stage = 0; stage < StageStarts(options).Count; stage++)
        {
            var (parts, step) = (Space(options, stage).PartialChannels, multiple);
            while (multiple % parts != 0) multiple += step;
        }

        return multiple;
    }

    /// <summary>The genotype that scores say.</summary>
    /// <param name="scores">[edges, candidates] of each kind of cells.</param>
    /// <param name="options">The search's.</param>
    public virtual Genotype Derive(IReadOnlyList<float[]> scores, SearchOptions options) => options.Skeleton == Skeleton.NasBench201
        ? new Genotype(NasBench201Cell.Derive(scores[0], Candidates(options)))
        : new Genotype(
            GenotypeDerivation.DeriveCell<float>(scores[0], Candidates(options), options.Multiplier),
            GenotypeDerivation.DeriveCell<float>(scores[1], Candidates(options), options.Multiplier));

    /// <summary>The genotype of a method that trains nothing.</summary>
    /// <param name="options">The search's.</param>
    /// <param name="costs">Of the operations, where the options have a target that the genotype keeps; null for none.</param>
    /// <exception cref="InvalidDataException">It could not keep the target; the message names the nearest cost.</exception>
    internal virtual Genotype Draw(SearchOptions options, ArchitectureCosts? costs) => throw new NotSupportedException($"{Name} trains.");

    /// <summary>What <see cref="Derive"/> had to do beside its rule, or what of the cells a network leaves out: a sentence each.</summary>
    public virtual IReadOnlyList<string> Notes(IReadOnlyList<float[]> scores, SearchOptions options) => [];

    /// <summary>What of the method's own options goes not with the others.</summary>
    internal virtual IEnumerable<ValidationError> Validate(SearchOptions options) => [];

    /// <summary>Options in which the defaults of the method's own options go with what was given.</summary>
    internal virtual SearchOptions Follow(SearchOptions options, DependentOptions dependent) => options;

    /// <summary>Whether the channels of the first cell have so many parts.</summary>
    internal static bool Divides(int parts, SearchOptions options) => parts >= 1 && options.InitChannels % parts == 0;
}
