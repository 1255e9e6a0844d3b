using MIOpenDarts.Darts.Records;

namespace MIOpenDarts.Darts.Watchdogs;

/// <summary>What the epochs up to now say about the end of a search.</summary>
/// <param name="Chosen">The epoch whose genotype is the result: the last, or an earlier one that a watchdog went back to.</param>
/// <param name="Alarm">The alarm that ended the search before its last epoch; null without.</param>
internal sealed record SearchEnd(EpochRecord Chosen, WatchAlarm? Alarm)
{
    /// <summary>One sentence for the log; null where no watchdog ended the search.</summary>
    public string? Message => Alarm is null
        ? null
        : $"watchdog {Alarm.Watchdog} in epoch {Alarm.Epoch}: {Alarm.Message}; the genotype is that of epoch {Chosen.Epoch}";

    /// <summary>Reads at least one epoch.</summary>
    public static SearchEnd From(IReadOnlyList<EpochRecord> history)
    {
        var alarm = history[^1].Watch?.Alarm is { Ends: true } raised ? raised : null;
        // A log that was cut may lack the epoch; the checkpoint's history has it.
        return new SearchEnd(history.LastOrDefault(record => record.Epoch == alarm?.Chosen, history[^1]), alarm);
    }

    /// <summary>Whether a search with these finished epochs has nothing more to do.</summary>
    public static bool IsReached(IReadOnlyList<EpochRecord> history, int epochs) =>
        history.Count > 0 && (history.Count >= epochs || From(history).Alarm is not null);
}
