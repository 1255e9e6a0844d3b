using MIOpenDarts.Darts.Costs.Tables;
using MIOpenDarts.Darts.Genotypes;

namespace MIOpenDarts.Darts.Costs.Profiling;

/// <summary>A device on which parts and whole networks are run to see what they cost.</summary>
internal interface IProfiler : IDisposable
{
    /// <summary>What a table says of it.</summary>
    TableDevice Device { get; }

    /// <summary>
    /// How many runs are timed together: more than one where a single launch is too short to be told from the clock.
    /// </summary>
    int RunsTogether { get; }

    /// <summary>A part with a source of its own, ready to run; null for what the device does not compute at all.</summary>
    IPreparedRun? Prepare(NetworkPart part);

    /// <summary>The whole network of a genotype, ready to run.</summary>
    IPreparedRun Prepare(ITargetNetwork network, Genotype genotype);
}

/// <summary>Something that runs again and again.</summary>
internal interface IPreparedRun : IDisposable
{
    /// <summary>Runs once; a device may go on working afterwards.</summary>
    void Run();

    /// <summary>Waits until all runs are done.</summary>
    void Finish();
}
