using MIOpenDarts.Darts.Costs.Tables;

namespace MIOpenDarts.Darts.Costs.Profiling;

/// <summary>Measures what one run costs.</summary>
internal abstract class CostMeter
{
    /// <summary>The kind of table: <c>latency</c> or <c>energy</c>.</summary>
    public abstract string Kind { get; }

    /// <summary>Unit of the entries.</summary>
    public abstract string Unit { get; }

    /// <summary>Whether the same run may cost something else at another time.</summary>
    public virtual bool SeesDrift => true;

    /// <summary>Measures.</summary>
    /// <param name="run">What is run.</param>
    /// <param name="together">How many runs are measured as one.</param>
    public abstract CostEntry Measure(IPreparedRun run, int together);
}
