namespace MIOpenDarts.Darts.Evolution;

/// <summary>Tells what a genome is worth: from a table, by a supernet's weights, or by a training.</summary>
internal interface IFitness<in TGenome>
{
    /// <summary>What is measured, on what and how: two that answer differently have different texts.</summary>
    string Identity { get; }

    /// <summary>Told of genomes that are evaluated next: what is found together with other processes is found here.</summary>
    /// <param name="genomes">The genomes.</param>
    /// <param name="jobs">How many are evaluated side by side.</param>
    /// <param name="cancellation">Stops it between two evaluations.</param>
    void Prepare(IReadOnlyList<TGenome> genomes, int jobs, CancellationToken cancellation)
    {
    }

    /// <summary>
    /// Evaluates one genome. Several threads may call this at once; the answer depends on the genome alone.
    /// </summary>
    Fitness Evaluate(TGenome genome, CancellationToken cancellation);

    /// <summary>What a user reads of a fitness, such as <c>4.2 ms, 7.1 % wrong</c>.</summary>
    string Describe(Fitness fitness);
}
