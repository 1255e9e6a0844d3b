using MIOpenDarts.Darts.Algorithms;
using MIOpenDarts.Darts.Genotypes;
using MIOpenDarts.Darts.Options;
using MIOpenDarts.Darts.Records;
using MIOpenDarts.Darts.Reports;
using MIOpenDarts.Darts.Reports.Cells;
using MIOpenDarts.Darts.Search;

namespace MIOpenDarts.Darts.Runs;

/// <summary>
/// The folder of one run: <c>config.json</c> (resolved), <c>environment.json</c>, <c>log.jsonl</c>, <c>checkpoints/</c> and <c>report.html</c> as the run goes on;
/// at the end <c>genotype.txt</c>, <c>genotype.json</c> and both cells as SVG and DOT. One process at a time works in it.
/// </summary>
public sealed class RunFolder : WorkFolder<SearchOptions, SearchHistory>
{
    /// <summary>Name of the file that has the found genotype in the official form.</summary>
    public const string GenotypeName = "genotype.txt";

    /// <summary>Name of the file that keeps the genotype of an earlier end of the run, where a later end has another one.</summary>
    public const string EarlierName = "genotype-before.txt";

    private RunFolder(string path, SearchOptions options, FileStream held)
        : base(RunKind.Search, path, options, held)
    {
    }

    /// <summary>Makes the folder of a new run and writes its configuration.</summary>
    /// <exception cref="RunFolderException">It cannot be written, or holds a run already.</exception>
    public static RunFolder Create(string path, SearchOptions options) =>
        new(path, options, RunConfiguration.Begin(path, RunConfiguration.FileName, SearchOptions.Table.Format(options)));

    /// <summary>Opens the folder of an earlier run and reads its configuration.</summary>
    /// <exception cref="RunFolderException">There is no search in it, it cannot be written, or another process works in it.</exception>
    /// <exception cref="OptionsException">Its configuration was changed to something that is not allowed.</exception>
    public static RunFolder Open(string path) =>
        new(path, RunConfiguration.Read(path, RunKind.Search, SearchOptions.Table.Parse), RunConfiguration.Hold(path));

    /// <summary>Writes the genotype as text and JSON, and its cells as SVG and DOT. Another genotype that is there already is kept.</summary>
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
            foreach (var (name, cell) in new[] { ("normal", genotype.Normal), ("reduce", genotype.Reduce) })
            {
                var graph = CellGraph.Of(cell);
                Write($"{name}.svg", CellDrawing.Svg(graph, name));
                Write($"{name}.dot", CellDot.Write(graph, name));
            }
        });
        if (differs) warn($"the genotype is another one than {GenotypeName} had, which is kept as {EarlierName}");
    }

    internal override IEnumerable<OptionValue> Shown(SearchOptions options) =>
        SearchOptions.Table.All.Select(field => new OptionValue(field.Name, field.Show(options)));

    private protected override string Format(SearchOptions options) => SearchOptions.Table.Format(options);

    private protected override bool HasEffect(string option) => SearchOptions.Table.Find(option)!.HasEffect;

    private protected override SearchOptions With(SearchOptions options, string data, int epochs) => options with { Data = data, Epochs = epochs };

    private protected override void Report(SearchHistory history) => HtmlReport.Write(ReportFile, history);
}
