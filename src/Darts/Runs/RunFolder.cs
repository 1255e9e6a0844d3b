using MIOpenDarts.Darts.Checkpoints;
using MIOpenDarts.Darts.Configuration;
using MIOpenDarts.Darts.Genotypes;
using MIOpenDarts.Darts.Reports;
using MIOpenDarts.Darts.Reports.Cells;
using MIOpenDarts.Darts.Reports.Log;

namespace MIOpenDarts.Darts.Runs;

/// <summary>
/// The folder of one run: <c>config.json</c> (resolved), <c>environment.json</c>, <c>log.jsonl</c>, <c>checkpoints/</c> and <c>report.html</c> as the run goes on;
/// at the end <c>genotype.txt</c>, <c>genotype.json</c> and both cells as SVG and DOT. One process at a time works in it.
/// </summary>
public sealed class RunFolder : WorkFolder
{
    /// <summary>Name of the file that has the found genotype in the official form.</summary>
    public const string GenotypeName = "genotype.txt";

    private RunFolder(string path, SearchOptions options, FileStream held)
        : base(path, "search", held) => Options = options;

    /// <summary>The options that the run was begun with.</summary>
    public SearchOptions Options { get; }

    /// <summary>Makes the folder of a new run and writes its configuration.</summary>
    /// <exception cref="RunFolderException">It cannot be written, or holds a run already.</exception>
    public static RunFolder Create(string path, SearchOptions options) =>
        new(path, options, Begin(path, SearchOptionsJson.Format(options)));

    /// <summary>Opens the folder of an earlier run and reads its configuration.</summary>
    /// <exception cref="RunFolderException">There is no run in it, it cannot be written, or another process works in it.</exception>
    /// <exception cref="OptionsException">Its configuration was changed to something that is not allowed.</exception>
    public static RunFolder Open(string path)
    {
        if (!File.Exists(ConfigOf(path)))
            throw new RunFolderException($"{path}: there is no run in this folder (no config.json); --resume takes a folder that a search wrote");
        try
        {
            var options = SearchOptionsJson.Parse(File.ReadAllText(ConfigOf(path)), ConfigOf(path));
            return new RunFolder(path, options, RunLock.Take(path));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new RunFolderException($"{path}: the run cannot be opened ({e.Message.TrimEnd('.')}); make the folder readable and writable", e);
        }
    }

    /// <summary>Refuses options that would change what the run computes.</summary>
    /// <exception cref="RunFolderException">One differs; the message names it with both values.</exception>
    public void RequireSameSearch(SearchOptions options)
    {
        foreach (var field in SearchOptionFields.All.Where(SearchCheckpoint.HasEffect))
        {
            if (field.Show(Options) == field.Show(options)) continue;
            throw new RunFolderException(
                $"{Path}: was begun with {field.Name} {field.Show(Options)}, not {field.Show(options)}; leave that option out, or begin another run");
        }
    }

    /// <summary>Writes the report of what has happened up to now.</summary>
    /// <exception cref="RunFolderException">It cannot be written; an older one stays.</exception>
    public void WriteReport(SearchHistory history) => Try("the report", () => HtmlReport.Write(ReportFile, history));

    /// <summary>Writes the genotype as text and JSON, and its cells as SVG and DOT.</summary>
    /// <exception cref="RunFolderException">One cannot be written; the checkpoints stay.</exception>
    public void WriteResult(Genotype genotype) => Try("the result", () =>
    {
        WriteWhole(In(Path, GenotypeName), genotype + "\n");
        WriteWhole(In(Path, "genotype.json"), GenotypeJsonConverter.Format(genotype) + "\n");
        foreach (var (name, cell) in new[] { ("normal", genotype.Normal), ("reduce", genotype.Reduce) })
        {
            var graph = CellGraph.Of(cell);
            WriteWhole(In(Path, $"{name}.svg"), CellDrawing.Svg(graph, name));
            WriteWhole(In(Path, $"{name}.dot"), CellDot.Write(graph, name));
        }
    });
}
