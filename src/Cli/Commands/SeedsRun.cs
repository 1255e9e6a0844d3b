using System.Collections.Concurrent;
using MIOpenDarts.Darts.Algorithms;
using MIOpenDarts.Darts.Costs;
using MIOpenDarts.Darts.Data;
using MIOpenDarts.Darts.Genotypes;
using MIOpenDarts.Darts.Options;
using MIOpenDarts.Darts.Runs;
using MIOpenDarts.Darts.Search;
using MIOpenDarts.Darts.Studies.Seeds;
using MIOpenDarts.Darts.Training;
using MIOpenDarts.Layers.Backends;
using MIOpenDarts.Layers.Machine;

namespace MIOpenDarts.Cli.Commands;

/// <summary>A study of several seeds from the command line: seeds in turn or side by side, signals, one report.</summary>
internal sealed class SeedsRun : IDisposable
{
    private readonly SeedFolder folder;
    private readonly ImageData data;
    private readonly int jobs;
    private readonly TextWriter output;
    private readonly StopSignals signals;
    private readonly StopSignals? own;
    private readonly Lock gate = new();
    private readonly SortedSet<ulong> done = [];
    private readonly SortedSet<ulong> held = [];
    private readonly SortedDictionary<ulong, Exception> failures = [];
    private IReadOnlyList<ulong> mine;

    private SeedsRun(
        Screen screen, SeedFolder folder, IReadOnlyList<ulong> mine, ImageData data, int jobs, StopSignals? signals = null)
    {
        (this.folder, this.mine, this.data, this.jobs) = (folder, mine, data, jobs);
        output = TextWriter.Synchronized(screen.Output);
        own = signals is null
            ? new StopSignals(() => output.WriteLine("stopping after this step, with checkpoints; once more stops at once"))
            : null;
        this.signals = signals ?? own!;
    }

    /// <summary>The study's folder.</summary>
    public string Path => folder.Path;

    /// <summary>Number of this process among those of its machine: GPUs are taken in turn.</summary>
    public int LocalRank { get; init; }

    /// <summary>The random cell that is trained beside what a seed found; null for one with about as many parameters.</summary>
    private Func<Genotype, ulong, Genotype>? Beside { get; init; }

    /// <summary>The command that goes on with a study that is not done; null for that of a search.</summary>
    private string? GoOn { get; init; }

    /// <summary>The plan of a new study, with the places of data and costs as another folder can read them.</summary>
    public static SeedPlan PlanOf(IReadOnlyList<ulong> seeds, int? retrain, SearchOptions options) => new(
        seeds, retrain ?? 0, options with { Data = NewRun.Lasting(options.Data), Cost = CostName.Lasting(options.Cost) });

    /// <summary>
    /// A new study, or seeds for one that other processes work on. Everything that a user may have got wrong is checked before the folder
    /// is made.
    /// </summary>
    public static SeedsRun Start(
        Screen screen, string seeds, string? preset, string? config, List<KeyValuePair<string, string>> typed, string? output, int? jobs,
        int? retrain, bool join, int localRank = 0, Func<Genotype, ulong, Genotype>? beside = null, string? goOn = null,
        StopSignals? signals = null)
    {
        RefuseSeed(typed);
        if (join && output is null) throw new OptionsException("--join needs --out, the folder that all processes work in");
        var plan = PlanOf(SeedList.Parse(seeds), retrain, SearchOptions.Table.Resolve(preset, config, typed));
        var (data, atOnce) = Check(plan, jobs);
        var folder = join ? SeedFolder.Join(output!, plan) : SeedFolder.Create(NewRun.Folder(output), plan);
        return new SeedsRun(screen, folder, plan.Seeds, data, atOnce, signals) { LocalRank = localRank, Beside = beside, GoOn = goOn };
    }

    /// <summary>A study that was begun before.</summary>
    public static SeedsRun Resume(
        Screen screen, string path, List<KeyValuePair<string, string>> typed, string? given, int? jobs, int? retrain, int localRank = 0)
    {
        if (given is not null)
            throw new OptionsException($"{given} does not go with --resume; a study goes on as it was begun, so leave it out");
        RefuseSeed(typed);
        var folder = SeedFolder.Open(path);
        var options = SearchOptions.Table.Apply(folder.Plan.Options, typed);
        folder.Adopt(options with { Data = NewRun.Lasting(options.Data) });
        if (retrain is { } epochs) folder.Retrain(epochs);
        var (data, atOnce) = Check(folder.Plan, jobs);
        folder.Keep(() => DataFingerprint.From(data.Train));
        return new SeedsRun(screen, folder, folder.Plan.Seeds, data, atOnce) { LocalRank = localRank };
    }

    /// <summary>Builds the report from the seeds that are done, while others may be worked on.</summary>
    public static int Gather(Screen screen, string path)
    {
        var folder = SeedFolder.Open(path);
        folder.Adopt(folder.Plan.Options);
        using var run = new SeedsRun(screen, folder, [], SearchImages.Open(folder.Plan.Options), jobs: 1);
        return run.End();
    }

    /// <summary>Leaves this process the seeds that are its share.</summary>
    public void Share(int rank, int size) => mine = [.. mine.Where((_, index) => index % size == rank)];

    /// <summary>Does its seeds that are not done.</summary>
    public void Work()
    {
        var share = mine.Count == folder.Plan.Seeds.Count ? $"{mine.Count} seeds" : $"{mine.Count} of {folder.Plan.Seeds.Count} seeds";
        output.WriteLine($"study    {folder.Path}: {share}, {jobs} at a time");
        var threads = Backends.Threads(folder.Plan.Options.Threads, output.WriteLine);
        if (NewRun.LeftOut(data) is { } line) output.WriteLine(line);
        var queue = new ConcurrentQueue<ulong>(mine);
        Task.WaitAll([.. Enumerable.Range(0, jobs).Select(job => Task.Factory.StartNew(
            () => Work(job, threads, queue, signals.Token), CancellationToken.None, TaskCreationOptions.LongRunning,
            TaskScheduler.Default))]);
    }

    /// <summary>Writes the report of all seeds that are done, and says what came out.</summary>
    /// <exception cref="StoppedException">A signal stopped it.</exception>
    /// <exception cref="RunFolderException">A seed failed.</exception>
    public int End()
    {
        var study = Study();
        folder.WriteReport(study);
        RequireWorked(study);
        output.Write(SeedText.Render(study));
        output.WriteLine($"report   {folder.ReportFile}");
        if (held.Count > 0)
            output.WriteLine(
                $"other processes work on seed {string.Join(", ", held)}; when they are done: "
                + (GoOn ?? $"miopendarts search --gather {folder.Path}"));
        return ExitCode.Done;
    }

    /// <summary>Refuses to be done while seeds of this process are not.</summary>
    /// <exception cref="StoppedException">A signal stopped it.</exception>
    /// <exception cref="RunFolderException">A seed failed.</exception>
    public void RequireWorked() => RequireWorked(Study());

    /// <inheritdoc/>
    public void Dispose() => own?.Dispose();

    private static (ImageData Data, int Jobs) Check(SeedPlan plan, int? jobs)
    {
        var data = SearchImages.Open(plan.Options);
        var (train, _) = SearchImages.Split(data, plan.Options);
        TargetCosts.Of(plan.Options, DartsSearch.ShapeOf(train, plan.Options));
        if (plan.Retrain > 0) EvaluationTraining.RequireTest(data);
        var atOnce = Math.Min(jobs ?? 1, plan.Seeds.Count);
        foreach (var name in Enumerable.Range(0, atOnce).Select(job => BackendChoice.InTurn(plan.Options.Backend, job)).Distinct())
            Backends.Require(
                name, plan.Options.Threads,
                backend => SearchMemory.Require(plan.Options, DartsSearch.ShapeOf(train, plan.Options), backend, atOnce));
        return (data, atOnce);
    }

    private static void RefuseSeed(List<KeyValuePair<string, string>> typed)
    {
        if (typed.Exists(option => option.Key == "seed"))
            throw new OptionsException("--seed does not go with a study of several seeds; leave it out");
    }

    private string Continue => GoOn ?? $"miopendarts search --resume {folder.Path}";

    private void RequireWorked(SeedStudy study)
    {
        if (signals.Token.IsCancellationRequested && done.Count + held.Count + failures.Count < mine.Count)
            throw signals.Stopped($"stopped with checkpoints; go on with: {Continue}");
        if (failures.Count == 0) return;
        var told = string.Join("; ", failures.Select(pair => $"seed {pair.Key}: {pair.Value.Message.TrimEnd('.')}"));
        var message = $"{folder.Path}: {told}; {study.Results.Count} of {study.Plan.Seeds.Count} seeds are done, and for the others "
            + $"go on with: {Continue}";
        throw failures.Values.OfType<FaultException>().FirstOrDefault() is { } fault
            ? new FaultException(message, fault)
            : new RunFolderException(message);
    }

    private void Work(int job, int allThreads, ConcurrentQueue<ulong> queue, CancellationToken cancellation)
    {
        var options = folder.Plan.Options;
        var threads = Math.Max(1, (allThreads == 0 ? PhysicalCores.Count : allThreads) / jobs);
        while (!cancellation.IsCancellationRequested && queue.TryDequeue(out var seed))
        {
            try
            {
                using var hold = folder.TryHold(seed);
                if (hold is null)
                {
                    output.WriteLine($"seed {seed}  another process works on it");
                    lock (gate) held.Add(seed);
                    continue;
                }

                var name = BackendChoice.InTurn(options.Backend, (LocalRank * jobs) + job);
                using (var backend = BackendChoice.Create(name, threads, options.Deterministic))
                    new SeedJob(folder, seed, data, backend, threads, output, Beside).ToEnd(cancellation);

                _ = SeedReader.Read(folder, seed, data);
                lock (gate)
                {
                    done.Add(seed);
                    folder.WriteReport(Study());
                }
            }
            catch (OperationCanceledException)
            {
                return;
            }
            catch (Exception e)
            {
                var told = Failures.Reported(e, folder.Path);
                lock (gate) failures[seed] = told;
                output.WriteLine($"seed {seed}  failed: {told.Message.ReplaceLineEndings(" ")}");
            }
        }
    }

    private SeedStudy Study() => new(
        data.Name, folder.Plan, SeedReader.ReadDone(
            folder, data, message =>
            {
                if (mine.Count == 0) output.WriteLine($"warning: {message}");
            }));
}
