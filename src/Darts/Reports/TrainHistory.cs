using MIOpenDarts.Darts.Records;

namespace MIOpenDarts.Darts.Reports;

/// <summary>The course of one training, read from its log.</summary>
/// <param name="Start">The first start of the run, with the epochs of the last one.</param>
/// <param name="Forecast">What it was forecast to cost; null before that.</param>
/// <param name="Epochs">Finished epochs in order, each once.</param>
/// <param name="End">The orderly end, or null while it runs or after it was killed.</param>
/// <param name="Seconds">Seconds of work.</param>
internal sealed record TrainHistory(
    RunStarted Start, ForecastMade? Forecast, IReadOnlyList<TrainEpochRecord> Epochs, RunEnded? End, double Seconds)
    : IRunHistory
{
    /// <inheritdoc/>
    public int EpochsDone => Math.Min(Epochs.Count, Start.Epochs);

    /// <inheritdoc/>
    /// <remarks>A run without training has one record, of the weights that it was given.</remarks>
    public bool HasAll(int epochs) => Epochs.Count == Math.Max(epochs, 1);

    /// <summary>Best test accuracy of all epochs, in percent; NaN before the first.</summary>
    public double Best => Epochs.Count == 0 ? double.NaN : Epochs.Max(epoch => epoch.Test.Top1);

    /// <summary>Puts the events of a log together. An epoch that was repeated after a resume counts once: both are equal.</summary>
    /// <param name="events">Events in the order they were written.</param>
    /// <exception cref="InvalidDataException">There is no start among them.</exception>
    public static TrainHistory From(IReadOnlyCollection<RunEvent> events)
    {
        var starts = events.OfType<RunStarted>().ToList();
        if (starts.Count == 0) throw new InvalidDataException("the log has no start event; it is empty or belongs to something else");
        var epochs = new SortedDictionary<int, TrainEpochRecord>();
        foreach (var done in events.OfType<TrainEpochDone>()) epochs[done.Record.Epoch] = done.Record;
        var end = events.LastOrDefault(line => line is RunStarted or RunEnded) as RunEnded;
        return new TrainHistory(
            starts[0] with { Epochs = starts[^1].Epochs }, events.OfType<ForecastMade>().FirstOrDefault(), [.. epochs.Values], end,
            events.Max(line => line.Seconds));
    }

    /// <summary>The value of an option; empty where the run had none of that name.</summary>
    public string Option(string name) => Start.Options.FirstOrDefault(option => option.Name == name)?.Value ?? "";
}
