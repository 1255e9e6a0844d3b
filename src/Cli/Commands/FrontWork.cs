using MIOpenDarts.Darts.Studies.Pareto;

namespace MIOpenDarts.Cli.Commands;

/// <summary>A way to a front, whose words were checked.</summary>
/// <param name="Work">Does what is not done yet, with all processes that do the same in its folder, until a signal stops it.</param>
/// <param name="Gather">What was found, once all have worked.</param>
internal sealed record FrontWork(Action<StopSignals> Work, Func<StopSignals, ParetoStudy> Gather)
{
    /// <summary>
    /// Whether all is done that <see cref="Gather"/> wants; not so where a process that was told to stop left what others did not take.
    /// </summary>
    public Func<bool> IsWhole { get; init; } = () => true;

    /// <summary>One whose every process finds all of it.</summary>
    public static FrontWork From(Func<StopSignals, ParetoStudy> find)
    {
        ParetoStudy? found = null;
        return new FrontWork(signals => found = find(signals), _ => found!);
    }
}
