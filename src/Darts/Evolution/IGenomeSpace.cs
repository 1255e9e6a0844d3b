using MIOpenDarts.Layers.Randomness;

namespace MIOpenDarts.Darts.Evolution;

/// <summary>A space of genomes and how to move in it. All draws come from the given numbers, so that a search can be repeated.</summary>
/// <typeparam name="TGenome">Something immutable.</typeparam>
internal interface IGenomeSpace<TGenome>
{
    /// <summary>A text that two genomes share if and only if they are the same.</summary>
    string Key(TGenome genome);

    /// <summary>A genome drawn uniformly.</summary>
    TGenome Random(ref CounterRandom random);

    /// <summary>A copy in which one gene has another value.</summary>
    TGenome MutateOne(TGenome genome, ref CounterRandom random);

    /// <summary>A copy in which each of n genes is drawn anew with probability 1/n.</summary>
    TGenome MutateEach(TGenome genome, ref CounterRandom random);

    /// <summary>Uniform crossover: each gene is that of either parent with probability ½.</summary>
    TGenome Cross(TGenome first, TGenome second, ref CounterRandom random);
}
