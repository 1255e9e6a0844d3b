using System.Numerics;
using MIOpenDarts.Darts.Bilevel;
using MIOpenDarts.Darts.Genotypes;
using MIOpenDarts.Darts.Options;
using MIOpenDarts.Darts.Relaxations;
using MIOpenDarts.Darts.Supernets;

namespace MIOpenDarts.Darts.Algorithms;

/// <summary>
/// A method of the DARTS family: its paper's settings, what it searches, how alphas become weights, what it adds to the loss, and how it
/// reads a genotype. Everything else - supernet, bilevel steps, data, checkpoints - is shared. A method that says nothing else is DARTS.
/// </summary>
public abstract class SearchAlgorithm
{
    /// <summary>All methods.</summary>
    public static IReadOnlyList<SearchAlgorithm> All { get; } =
        [new DartsAlgorithm(), new PcDartsAlgorithm(), new FairDartsAlgorithm(), new DrNasAlgorithm(), new GdasAlgorithm(), new RandomAlgorithm()];

    /// <summary>Names of all methods, as the option <c>algorithm</c> takes them.</summary>
    public static IReadOnlyList<string> Names { get; } = [.. All.Select(algorithm => algorithm.Name)];

    /// <summary>Name, as the option <c>algorithm</c> takes it.</summary>
    public abstract string Name { get; }

    /// <summary>What it does, in a few words, with its source.</summary>
    public abstract string Summary { get; }

    /// <summary>The settings of its paper or official code.</summary>
    public abstract SearchOptions Paper { get; }

    /// <summary>Whether it trains a supernet at all.</summary>
    public virtual bool Trains => true;

    /// <summary>The method of these options.</summary>
    /// <exception cref="OptionsException">There is none of that name.</exception>
    public static SearchAlgorithm Of(SearchOptions options) => Find(options.Algorithm)
        ?? throw new OptionsException([OptionProblem.NotAllowed("algorithm", $"'{options.Algorithm}'", string.Join(", ", Names))]);

    /// <summary>The method of this name; null where there is none.</summary>
    public static SearchAlgorithm? Find(string name) => All.FirstOrDefault(a => string.Equals(a.Name, name, StringComparison.OrdinalIgnoreCase));

    /// <summary>Operations of an edge, in the order of the columns of alpha.</summary>
    public virtual IReadOnlyList<Primitive> Candidates => Primitives.SearchSpace;

    /// <summary>How many stages the search has begun with at the start of <paramref name="epoch"/>, from 0.</summary>
    public virtual int Stage(SearchOptions options, int epoch) => 0;

    /// <summary>What edges choose from in a stage.</summary>
    public virtual SearchSpace Space(SearchOptions options, int stage) => new(Candidates, options.PartialChannels, options.EdgeNormalization);

    /// <summary>How the alphas of the normal (0) or the reduction cells (1) become weights.</summary>
    public virtual Relaxation<T> Relax<T>(SearchOptions options, int edges, int kind)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => new SoftmaxRelaxation<T>(edges, Candidates.Count);

    /// <summary>What the validation loss has beside the cross entropy; null for nothing.</summary>
    public virtual IAlphaPenalty? Penalty(SearchOptions options) => null;

    /// <summary>Whether the alphas move in an epoch, or only the weights.</summary>
    public virtual bool MovesAlphas(SearchOptions options, int epoch) => epoch >= options.WarmupEpochs;

    /// <summary>The genotype that strengths [edges, candidates] of both kinds of cells say.</summary>
    public virtual Genotype Derive(float[] normal, float[] reduce, SearchOptions options) =>
        new(GenotypeDerivation.DeriveCell<float>(normal, Candidates, options.Multiplier), GenotypeDerivation.DeriveCell<float>(reduce, Candidates, options.Multiplier));

    /// <summary>What <see cref="Derive"/> had to do beside its rule, or what of the cells a network leaves out: a sentence each.</summary>
    public virtual IReadOnlyList<string> Notes(float[] normal, float[] reduce, SearchOptions options) => [];
}
