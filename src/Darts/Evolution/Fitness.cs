namespace MIOpenDarts.Darts.Evolution;

/// <summary>What is known of a genome.</summary>
/// <param name="Objectives">One number for each objective, all of them minimised; as many for every genome of a search.</param>
/// <param name="Violation">
/// By how much limits are exceeded, each as a share of the limit, summed; 0 where all hold. Objectives of a genome that breaks a limit
/// are never compared, so that they need not be measured.
/// </param>
internal sealed record Fitness(IReadOnlyList<double> Objectives, double Violation = 0)
{
    /// <summary>Whether all limits hold.</summary>
    public bool IsFeasible => Violation <= 0;
}
