using MIOpenDarts.Darts.Genotypes;
using MIOpenDarts.Darts.Records;
using MIOpenDarts.Darts.Watchdogs;

namespace MIOpenDarts.Darts.Reports;

/// <summary>The course of one search, read from its log.</summary>
/// <param name="Start">The first start of the run, with the epochs of the last one.</param>
/// <param name="Epochs">Finished epochs in order, each once.</param>
/// <param name="End">The orderly end, or null while it runs or after it was killed.</param>
/// <param name="Resumes">How often it went on from a checkpoint.</param>
/// <param name="Seconds">Seconds of work.</param>
/// <param name="Drawn">The genotype of a method that draws it and trains nothing; null for all others.</param>
internal sealed record SearchHistory(
    RunStarted Start, IReadOnlyList<EpochRecord> Epochs, RunEnded? End, int Resumes, double Seconds, Genotype? Drawn = null)
    : IRunHistory
{
    /// <summary>The measurement of the derived network; null where there was none.</summary>
    public CostMeasured? Measured { get; init; }

    /// <inheritdoc/>
    public int EpochsDone => Epochs.Count;

    /// <inheritdoc/>
    public bool HasAll(int epochs) => Drawn is not null || SearchEnd.IsReached(Epochs, epochs);

    /// <summary>The epoch whose genotype is, up to now, the result; there must be one.</summary>
    public EpochRecord Chosen => SearchEnd.From(Epochs).Chosen;

    /// <summary>The result up to now; null before the first epoch is finished.</summary>
    public Genotype? Genotype => Drawn ?? (Epochs.Count == 0 ? null : Chosen.Genotype);

    /// <summary>Puts the events of a log together. An epoch that was repeated after a resume counts once: both are equal.</summary>
    /// <param name="events">Events in the order they were written.</param>
    /// <exception cref="InvalidDataException">There is no start among them.</exception>
    public static SearchHistory From(IEnumerable<RunEvent> events)
    {
        RunStarted? start = null;
        RunEnded? end = null;
        Genotype? drawn = null;
        CostMeasured? measured = null;
        var epochs = new SortedDictionary<int, EpochRecord>();
        var resumes = 0;
        var seconds = 0.0;
        foreach (var line in events)
        {
            seconds = Math.Max(seconds, line.Seconds);
            switch (line)
            {
                case RunStarted started:
                    resumes += start is null ? 0 : 1;
                    // A finished run may be given more epochs.
                    start = start is null ? started : start with { Epochs = started.Epochs };
                    end = null;
                    break;
                case EpochDone done:
                    epochs[done.Record.Epoch] = done.Record;
                    break;
                case GenotypeDrawn result:
                    drawn = result.Genotype;
                    break;
                case CostMeasured cost:
                    measured = cost;
                    break;
                case RunEnded ended:
                    end = ended;
                    break;
            }
        }

        return start is null
            ? throw new InvalidDataException("the log has no start event; it is empty or belongs to something else")
            : new SearchHistory(start, [.. epochs.Values], end, resumes, seconds, drawn) { Measured = measured };
    }
}
