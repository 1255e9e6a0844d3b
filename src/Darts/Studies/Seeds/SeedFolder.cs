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
/// <c>seed-N</c> for each seed, which is that of a search; with trainings in its folders <c>found</c> and <c>random</c>. Several processes
/// may work in it, each on seeds that it holds.
/// </summary>
internal sealed class SeedFolder
{
    private const string PlanName = RunConfiguration.StudyName;
    private SeedPlan planned;

    private SeedFolder(string path, SeedPlan plan) => (Path, Plan, planned) = (path, plan, plan);

    /// <summary>Where it is.</summary>
    public string Path { get; }

    /// <summary>What is to be done.</summary>
    public SeedPlan Plan { get; private set; }

    /// <summary>The page.</summary>
    public string ReportFile => In(Path, "report.html");

    /// <summary>Whether a folder is that of a study.</summary>
    public static bool IsAt(string path) => RunConfiguration.IsStudy(path);

    /// <summary>Makes the folder of a new study.</summary>
    /// <exception cref="RunFolderException">It cannot be written, or holds a run or a study already.</exception>
    public static SeedFolder Create(string path, SeedPlan plan)
    {
        RunConfiguration.Begin(path, PlanName, plan.Format()).Dispose();
        return new SeedFolder(path, plan);
    }

    /// <summary>Adds seeds to a study that other processes may work on, or makes its folder.</summary>
    /// <exception cref="RunFolderException">It cannot be written, holds a run, or a study with other options.</exception>
    /// <exception cref="OptionsException">Its plan was changed to something that is not allowed.</exception>
    public static SeedFolder Join(string path, SeedPlan plan)
    {
        var joined = plan;
        RunConfiguration.Join(path, there =>
        {
            if (there is null) return plan.Format();
            var begun = SeedPlan.Parse(there, In(path, PlanName));
            RequireSame(path, begun, plan);
            joined = begun with { Seeds = [.. begun.Seeds.Union(plan.Seeds).Order()], Options = plan.Options };
            return (joined with { Options = begun.Options }).Format();
        });
        return new SeedFolder(path, joined);
    }

    /// <summary>Refuses a plan that could not join this study, which stays as it is.</summary>
    /// <exception cref="RunFolderException">It has other options, trainings or data; the message names both.</exception>
    public void RequireJoins(SeedPlan plan) => RequireSame(Path, Plan, plan);

    /// <summary>Opens the folder of an earlier study.</summary>
    /// <exception cref="RunFolderException">It cannot be read or written.</exception>
    /// <exception cref="OptionsException">Its plan was changed to something that is not allowed.</exception>
    public static SeedFolder Open(string path)
    {
        var file = In(path, PlanName);
        try
        {
            RunConfiguration.Within(path, () => { });
            return new SeedFolder(path, SeedPlan.Parse(File.ReadAllText(file), file));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new RunFolderException($"{file}: cannot be read ({e.Message.TrimEnd('.')}); make the folder readable", e);
        }
    }

    /// <summary>Keeps other processes from a seed until the stream is disposed of; null where one of them has it.</summary>
    /// <exception cref="RunFolderException">The folder cannot be written.</exception>
    public FileStream? TryHold(ulong seed)
    {
        try
        {
            return FileLock.TryTake(In(Path, $".seed-{seed}.lock"));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new RunFolderException($"{Path}: cannot be written ({e.Message.TrimEnd('.')}); make the folder writable", e);
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
        RequireSame(Path, Plan.Options, options);
        RunConfiguration.RequireDataThere(Path, options.Data, RunKind.Search.Resume(Path));
        Plan = Plan with { Options = options };
    }

    /// <summary>Writes the place where the data lies now, and the trainings, if they are others than before.</summary>
    /// <param name="data">Takes the fingerprint of the training images that lie there.</param>
    /// <exception cref="CheckpointException">Other data lies there; the text says by what it differs.</exception>
    /// <exception cref="RunFolderException">The plan cannot be written.</exception>
    public void Keep(Func<DataFingerprint> data)
    {
        if (Plan.Options.Data != planned.Options.Data)
        {
            RequireData(data());
        }
        else if (Plan.Retrain == planned.Retrain)
        {
            return;
        }

        planned = planned with { Retrain = Plan.Retrain, Options = planned.Options with { Data = Plan.Options.Data } };
        Write(PlanName, planned.Format());
    }

    /// <summary>Refuses images other than those that the checkpoints of its searches are of.</summary>
    /// <exception cref="CheckpointException">The text says by what they differ.</exception>
    public void RequireData(DataFingerprint here)
    {
        var folders = Plan.Seeds.Select(seed => In(SearchOf(seed), RunConfiguration.CheckpointsName));
        // Another process may be writing one of them.
        foreach (var checkpoints in folders.Where(Directory.Exists)) CheckpointRing.ToRead(checkpoints).RequireData(here);
    }

    /// <summary>Takes trainings for a study that had none.</summary>
    /// <exception cref="RunFolderException">It has trainings of another length.</exception>
    public void Retrain(int epochs)
    {
        if (Plan.Retrain == epochs) return;
        if (Plan.Retrain > 0) throw OtherTrainings(Path, Plan.Retrain, epochs);
        Plan = Plan with { Retrain = epochs };
    }

    /// <summary>Writes the report of the seeds that are done.</summary>
    /// <exception cref="RunFolderException">It cannot be written; an older one stays.</exception>
    public void WriteReport(SeedStudy study)
    {
        Write("report.txt", SeedText.Render(study));
        Write("report.html", SeedReport.Render(study));
    }

    private static void RequireSame(string path, SeedPlan begun, SeedPlan plan)
    {
        RequireSame(path, begun.Options, plan.Options);
        if (begun.Retrain != plan.Retrain) throw OtherTrainings(path, begun.Retrain, plan.Retrain);
        if (begun.Options.Data != plan.Options.Data)
            throw new RunFolderException(
                $"{path}: was begun with data {begun.Options.Data}, not {plan.Options.Data}; give the same, or begin another study");
    }

    private static void RequireSame(string path, SearchOptions begun, SearchOptions options)
    {
        if (SearchOptions.Table.Difference(begun, options) is { } field)
            throw new RunFolderException(
                $"{path}: was begun with {field.Name} {field.Show(begun)}, not {field.Show(options)}; leave that option out, "
                + "or begin another study");
    }

    private static RunFolderException OtherTrainings(string path, int begun, int epochs) =>
        new($"{path}: was begun with --retrain {begun}, not {epochs}; leave that option out, or begin another study");

    private void Write(string name, string text)
    {
        try
        {
            using var held = RunLock.Await(Path);
            WholeFile.Write(In(Path, name), text.TrimEnd('\n') + "\n");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new RunFolderException(
                $"{Path}: {name} cannot be written ({e.Message.TrimEnd('.')}); make room, then go on with: "
                + $"miopendarts search --resume {Path}", e);
        }
    }

    private static string In(string path, string name) => System.IO.Path.Combine(path, name);
}
