using MIOpenDarts.Darts.Algorithms;
using MIOpenDarts.Darts.Genotypes;
using MIOpenDarts.Darts.Options;
using MIOpenDarts.Darts.Records;
using MIOpenDarts.Darts.Reports;
using MIOpenDarts.Darts.Reports.Cells;
using MIOpenDarts.Darts.Search;
using MIOpenDarts.Darts.Watchdogs;

namespace MIOpenDarts.Darts.Runs;

/// <summary>
/// The folder of one search: <c>config.json</c> (resolved), <c>environment.json</c>, <c>log.jsonl</c>, <c>checkpoints/</c> and
/// <c>report.html</c> as it goes on; at the end <c>genotype.txt</c>, <c>genotype.json</c> and its cells as SVG and DOT.
/// </summary>
internal sealed class SearchFolder : RunFolder<SearchOptions, SearchHistory, SearchResult>
{
    /// <summary>Name of the file that has the found genotype in the official form.</summary>
    public const string GenotypeName = "genotype.txt";

    /// <summary>Name of the file that keeps the genotype of an earlier end of the run, where a later end has another one.</summary>
    public const string EarlierName = "genotype-before.txt";

    private SearchFolder(string path, SearchOptions? options)
        : base(RunKind.Search, SearchOptions.Table, path, options)
    {
    }

    /// <summary>Makes the folder of a new run and writes its configuration.</summary>
    /// <exception cref="RunFolderException">It cannot be written, or holds a run already.</exception>
    public static SearchFolder Create(string path, SearchOptions options) => new(path, options);

    /// <summary>Opens the folder of an earlier run and reads its configuration.</summary>
    /// <exception cref="RunFolderException">There is no search in it, it cannot be written, or another process works in it.</exception>
    /// <exception cref="OptionsException">Its configuration was changed to something that is not allowed.</exception>
    public static SearchFolder Open(string path) => new(path, null);

    /// <summary>
    /// Writes the genotype as text and JSON, and its cells as SVG and DOT. Another genotype that is there already is kept.
    /// </summary>
    /// <param name="genotype">What was found.</param>
    /// <param name="warn">Takes a line where there was another one.</param>
    /// <exception cref="RunFolderException">One cannot be written; the checkpoints stay.</exception>
    public void WriteResult(Genotype genotype, Action<string> warn)
    {
        var text = genotype + "\n";
        var differs = false;
        Try("the result", () =>
        {
            differs = File.Exists(In(GenotypeName)) && File.ReadAllText(In(GenotypeName)) != text;
            if (differs) File.Move(In(GenotypeName), In(EarlierName), overwrite: true);
            Write(GenotypeName, text);
            Write("genotype.json", GenotypeJsonConverter.Format(genotype) + "\n");
            foreach (var (kind, cell) in genotype.Kinds.Zip(genotype.Cells))
            {
                var graph = CellGraph.From(cell);
                Write($"{kind.Name}.svg", CellDrawing.Svg(graph, kind.Name));
                Write($"{kind.Name}.dot", CellDot.Write(graph, kind.Name));
            }
        });
        if (differs) warn($"the genotype is another one than {GenotypeName} had, which is kept as {EarlierName}");
    }

    internal override IReadOnlyList<string> Operations => [.. SearchAlgorithm.From(Options).Candidates(Options).Select(p => p.Name)];

    internal override SearchHistory Read(IReadOnlyCollection<RunEvent> events) => SearchHistory.From(events);

    internal override string? Ending(SearchResult result) => result.History.Count == 0 ? null : SearchEnd.From(result.History).Message;

    internal override string? Contradiction(RunEvent value, IReadOnlyCollection<RunEvent> events)
    {
        if (value is not EpochDone { Record: var now }) return null;
        var before = events.OfType<EpochDone>().LastOrDefault(done => done.Record.Epoch == now.Epoch)?.Record.Genotype.ToString();
        return before is null || before == now.Genotype.ToString()
            ? null
            : $"epoch {now.Epoch}, computed again, has another genotype than the log has of it: {before}";
    }

    internal override void WriteResult(SearchResult result, Action<string> warn) => WriteResult(result.Genotype, warn);

    internal override SearchHistory WithEpochs(SearchHistory history, SearchResult result) => history with { Epochs = result.History };

    private protected override void Report(SearchHistory history) => HtmlReport.Write(ReportFile, history);
}
