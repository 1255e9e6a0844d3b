using MIOpenDarts.Darts.Checkpoints;
using MIOpenDarts.Darts.Configuration;
using MIOpenDarts.Darts.Genotypes;
using MIOpenDarts.Darts.Reports;
using MIOpenDarts.Darts.Reports.Cells;
using MIOpenDarts.Darts.Reports.Log;
using MIOpenDarts.Darts.Search;

namespace MIOpenDarts.Darts.Runs;

/// <summary>
/// The folder of one run: <c>config.json</c> (resolved), <c>log.jsonl</c>, <c>checkpoints/</c>, and at the end <c>genotype.txt</c>,
/// <c>genotype.json</c>, both cells as SVG and DOT, and <c>report.html</c>.
/// </summary>
public sealed class RunFolder
{
    private RunFolder(string path) => Path = path;

    /// <summary>Where it is.</summary>
    public string Path { get; }

    /// <summary>The log.</summary>
    public string LogFile => In("log.jsonl");

    /// <summary>The report.</summary>
    public string ReportFile => In("report.html");

    /// <summary>Makes the folder of a new run and writes its configuration.</summary>
    /// <exception cref="RunFolderException">It cannot be written, or holds a run already.</exception>
    public static RunFolder Create(string path, SearchOptions options)
    {
        var folder = new RunFolder(path);
        if (File.Exists(folder.In("config.json")))
            throw new RunFolderException($"{path}: holds a run already; go on with it by --resume {path}, or choose another --out");
        try
        {
            Directory.CreateDirectory(path);
            File.WriteAllText(folder.In("config.json"), SearchOptionsJson.Format(options) + "\n");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new RunFolderException($"{path}: cannot be written ({e.Message}); choose another --out", e);
        }

        return folder;
    }

    /// <summary>Opens the folder of an earlier run and reads its configuration.</summary>
    /// <exception cref="RunFolderException">There is no run in it.</exception>
    /// <exception cref="OptionsException">Its configuration was changed to something that is not allowed.</exception>
    public static (RunFolder Folder, SearchOptions Options) Open(string path)
    {
        var folder = new RunFolder(path);
        try
        {
            return (folder, SearchOptionsJson.Parse(File.ReadAllText(folder.In("config.json"))));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new RunFolderException($"{path}: no run to go on with ({e.Message}); --resume takes the folder that a search wrote", e);
        }
    }

    /// <summary>The run's checkpoints.</summary>
    /// <exception cref="CheckpointException">The folder cannot be made.</exception>
    public CheckpointRing Checkpoints(SearchOptions options, Action<string> warn) => new(In("checkpoints"), options.CheckpointRing, warn);

    /// <summary>Writes the genotype as text and JSON, the cells as SVG and DOT, and the report.</summary>
    /// <exception cref="RunFolderException">One cannot be written; the checkpoints stay.</exception>
    public void WriteResult(SearchResult result)
    {
        try
        {
            File.WriteAllText(In("genotype.txt"), result.Genotype + "\n");
            File.WriteAllText(In("genotype.json"), GenotypeJsonConverter.Format(result.Genotype) + "\n");
            foreach (var (name, cell) in new[] { ("normal", result.Genotype.Normal), ("reduce", result.Genotype.Reduce) })
            {
                var graph = CellGraph.Of(cell);
                File.WriteAllText(In($"{name}.svg"), CellDrawing.Svg(graph, name));
                File.WriteAllText(In($"{name}.dot"), CellDot.Write(graph, name));
            }

            HtmlReport.Write(ReportFile, SearchHistory.Of(RunLog.Read(LogFile)));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new RunFolderException($"{Path}: the result cannot be written ({e.Message}); make room and run search --resume {Path}", e);
        }
    }

    private string In(string name) => System.IO.Path.Combine(Path, name);
}

/// <summary>A run folder cannot be used; the message names it and the cure.</summary>
public sealed class RunFolderException : Exception
{
    /// <summary>Without a text.</summary>
    public RunFolderException()
    {
    }

    /// <summary>With a text.</summary>
    public RunFolderException(string message)
        : base(message)
    {
    }

    /// <summary>With a text and a cause.</summary>
    public RunFolderException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
