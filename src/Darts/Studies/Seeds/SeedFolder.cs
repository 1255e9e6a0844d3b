using MIOpenDarts.Darts.Algorithms;
using MIOpenDarts.Darts.Checkpoints;
using MIOpenDarts.Darts.Data;
using MIOpenDarts.Darts.Files;
using MIOpenDarts.Darts.Options;
using MIOpenDarts.Darts.Runs;
using MIOpenDarts.Darts.Search;

namespace MIOpenDarts.Darts.Studies.Seeds;

/// <summary>
/// The folder of a study of several seeds: <c>seeds.json</c> (the plan), <c>report.html</c> and <c>report.txt</c>, and a folder
/// <c>seed-N</c> for each seed, which is that of a search; with trainings in its folders <c>found</c> and <c>random</c>.
/// </summary>
public sealed class SeedFolder : IDisposable
{
    private const string PlanName = RunConfiguration.StudyName;
    private readonly FileStream held;
    private readonly SeedPlan planned;

    private SeedFolder(string path, SeedPlan plan, FileStream held) => (Path, Plan, planned, this.held) = (path, plan, plan, held);

    /// <summary>Where it is.</summary>
    public string Path { get; }

    /// <summary>What is to be done.</summary>
    public SeedPlan Plan { get; private set; }

    /// <summary>The page.</summary>
    public string ReportFile => In(Path, "report.html");

    /// <summary>Whether a folder is that of a study.</summary>
    public static bool IsAt(string path) => File.Exists(In(path, PlanName));

    /// <summary>Makes the folder of a new study.</summary>
    /// <exception cref="RunFolderException">It cannot be written, or holds a run or a study already.</exception>
    public static SeedFolder Create(string path, SeedPlan plan)
    {
        if (IsAt(path) || File.Exists(In(path, "config.json")) || File.Exists(In(path, "log.jsonl")))
            throw new RunFolderException($"{path}: holds a run already; go on with it by --resume {path}, or choose another --out");
        var folder = Open(path, plan, "choose another --out");
        folder.Write(PlanName, plan.Format());
        return folder;
    }

    /// <summary>Opens the folder of an earlier study.</summary>
    /// <exception cref="RunFolderException">It cannot be read or written, or another process works in it.</exception>
    /// <exception cref="OptionsException">Its plan was changed to something that is not allowed.</exception>
    public static SeedFolder Open(string path)
    {
        var file = In(path, PlanName);
        try
        {
            return Open(path, SeedPlan.Parse(File.ReadAllText(file), file), "make the folder writable");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new RunFolderException($"{file}: cannot be read ({e.Message.TrimEnd('.')}); make the folder readable", e);
        }
    }

    /// <summary>Folder of a seed's search.</summary>
    public string SearchOf(ulong seed) => In(Path, $"seed-{seed}");

    /// <summary>Folder of the training of what a seed's search found.</summary>
    public string FoundOf(ulong seed) => In(SearchOf(seed), "found");

    /// <summary>Folder of the training of a random cell of the same size.</summary>
    public string RandomOf(ulong seed) => In(SearchOf(seed), "random");

    /// <summary>Takes options that change nothing of what is computed.</summary>
    /// <exception cref="RunFolderException">One would; the message names it with both values.</exception>
    public void Adopt(SearchOptions options)
    {
        if (SearchCheckpoint.Difference(Plan.Options, options) is { } field)
            throw new RunFolderException(
                $"{Path}: was begun with {field.Name} {field.Show(Plan.Options)}, not {field.Show(options)}; leave that option out, or begin another study");

        RunConfiguration.RequireDataThere(Path, options.Data, RunKind.Search.Resume(Path));
        Plan = Plan with { Options = options };
    }

    /// <summary>Takes the place where the data lies now, if it is another than before.</summary>
    /// <param name="data">Takes the fingerprint of the training images that lie there.</param>
    /// <exception cref="CheckpointException">Other data lies there; the text says by what it differs.</exception>
    /// <exception cref="RunFolderException">The plan cannot be written.</exception>
    public void AdoptPlace(Func<DataFingerprint> data)
    {
        if (Plan.Options.Data == planned.Options.Data) return;
        var here = data();
        foreach (var checkpoints in Plan.Seeds.Select(seed => In(SearchOf(seed), RunConfiguration.CheckpointsName)).Where(Directory.Exists))
            new CheckpointRing(checkpoints, Plan.Options.CheckpointRing).RequireData(here);
        Write(PlanName, (Plan with { Options = planned.Options with { Data = Plan.Options.Data } }).Format());
    }

    /// <summary>Adds trainings to a study that had none.</summary>
    /// <exception cref="RunFolderException">It has trainings of another length, or the plan cannot be written.</exception>
    public void Retrain(int epochs)
    {
        if (Plan.Retrain == epochs) return;
        if (Plan.Retrain > 0) throw new RunFolderException($"{Path}: was begun with --retrain {Plan.Retrain}, not {epochs}; leave that option out, or begin another study");
        Plan = Plan with { Retrain = epochs };
        Write(PlanName, Plan.Format());
    }

    /// <summary>Writes the report of the seeds that are done.</summary>
    /// <exception cref="RunFolderException">It cannot be written; an older one stays.</exception>
    public void WriteReport(SeedStudy study)
    {
        Write("report.txt", SeedText.Render(study));
        Write("report.html", SeedReport.Render(study));
    }

    /// <summary>Lets other processes in again.</summary>
    public void Dispose() => held.Dispose();

    private static SeedFolder Open(string path, SeedPlan plan, string cure)
    {
        try
        {
            Directory.CreateDirectory(path);
            var held = RunLock.Take(path);
            WholeFile.Sweep(path);
            return new SeedFolder(path, plan, held);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new RunFolderException($"{path}: the folder of the study cannot be written ({e.Message.TrimEnd('.')}); {cure}", e);
        }
    }

    private void Write(string name, string text)
    {
        try
        {
            WholeFile.Write(In(Path, name), text.TrimEnd('\n') + "\n");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new RunFolderException(
                $"{Path}: {name} cannot be written ({e.Message.TrimEnd('.')}); make room, then go on with: miopendarts search --resume {Path}", e);
        }
    }

    private static string In(string path, string name) => System.IO.Path.Combine(path, name);
}
