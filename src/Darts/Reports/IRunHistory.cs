using MIOpenDarts.Darts.Records;

namespace MIOpenDarts.Darts.Reports;

/// <summary>What is known of the course of any kind of run.</summary>
internal interface IRunHistory
{
    /// <summary>The orderly end, or null while it runs or after it was killed.</summary>
    RunEnded? End { get; }

    /// <summary>Number of finished epochs.</summary>
    int EpochsDone { get; }

    /// <summary>Whether a run of so many epochs has nothing more to do after these.</summary>
    bool HasAll(int epochs);
}
