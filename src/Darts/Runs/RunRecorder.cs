using MIOpenDarts.Darts.Algorithms;
using MIOpenDarts.Darts.Genotypes;
using MIOpenDarts.Darts.Records;
using MIOpenDarts.Darts.Reports;
using MIOpenDarts.Darts.Search;
using MIOpenDarts.Darts.Watchdogs;

namespace MIOpenDarts.Darts.Runs;

/// <summary>Records a search; at the end it has its genotype in its folder.</summary>
public sealed class RunRecorder : WorkRecorder<SearchOptions, SearchHistory, SearchResult>
{
    private readonly RunFolder folder;

    /// <summary>Opens the log and reads what is in it.</summary>
    /// <param name="folder">The run.</param>
    /// <param name="next">Sees every event once it is in the log.</param>
    /// <exception cref="RunFolderException">The log cannot be read or written.</exception>
    /// <exception cref="InvalidDataException">A line of the log is damaged; the message names it.</exception>
    public RunRecorder(RunFolder folder, IProgress<RunEvent> next)
        : base(folder, next) => this.folder = folder;

    private protected override IReadOnlyList<string> Operations => [.. SearchAlgorithm.Of(folder.Options).Candidates(folder.Options).Select(p => p.Name)];

    private protected override SearchHistory Tell(IReadOnlyCollection<RunEvent> events) => SearchHistory.Of(events);

    private protected override string? Ending(SearchResult result) => result.History.Count == 0 ? null : SearchEnd.Of(result.History).Message;

    private protected override string? Contradiction(RunEvent value, IReadOnlyCollection<RunEvent> story)
    {
        if (value is not EpochDone { Record: var now }) return null;
        var before = story.OfType<EpochDone>().LastOrDefault(done => done.Record.Epoch == now.Epoch)?.Record.Genotype.ToString();
        return before is null || before == now.Genotype.ToString() ? null : $"epoch {now.Epoch}, computed again, has another genotype than the log has of it: {before}";
    }

    private protected override void WriteResult(SearchResult result) => folder.WriteResult(result.Genotype, Warn);

    private protected override SearchHistory WithEpochs(SearchHistory history, SearchResult result) => history with { Epochs = result.History };
}
