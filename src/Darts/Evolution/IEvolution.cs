namespace MIOpenDarts.Darts.Evolution;

/// <summary>A search over genomes that are evaluated one by one or a generation at a time.</summary>
internal interface IEvolution
{
    /// <summary>
    /// Evaluates at most <paramref name="evaluations"/> genomes into <paramref name="history"/>, fewer where the space has no more. Same
    /// seed, same fitness: the same genomes in the same order, whatever the number of jobs. So a search that was stopped goes on by being
    /// repeated over a <see cref="FitnessLog{TGenome}"/>, which measures nothing twice.
    /// </summary>
    /// <exception cref="OperationCanceledException">It was stopped.</exception>
    void Run<TGenome>(IGenomeSpace<TGenome> space, History<TGenome> history, int evaluations, ulong seed, CancellationToken cancellation);
}
