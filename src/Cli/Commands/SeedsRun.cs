using System.Collections.Concurrent;
using MIOpenDarts.Darts.Algorithms;
using MIOpenDarts.Darts.Costs;
using MIOpenDarts.Darts.Data;
using MIOpenDarts.Darts.Options;
using MIOpenDarts.Darts.Runs;
using MIOpenDarts.Darts.Search;
using MIOpenDarts.Darts.Studies.Seeds;
using MIOpenDarts.Darts.Training;
using MIOpenDarts.Layers.Backends;

namespace MIOpenDarts.Cli.Commands;

/// <summary>A study of several seeds from the command line: seeds in turn or side by side, signals, one report.</summary>
internal sealed class SeedsRun : IDisposable
{
    private readonly SeedFolder folder;
    private readonly ImageData data;
    private readonly int jobs;
    private readonly TextWriter output;
    private readonly Lock gate = new();
    private readonly SortedDictionary<int, SeedResult> results = [];
    private readonly SortedDictionary<int, Exception> failures = [];

    private SeedsRun(Screen screen, SeedFolder folder, ImageData data, int jobs) =>
        (this.folder, this.data, this.jobs, output) = (folder, data, jobs, TextWriter.Synchronized(screen.Output));

    /// <summary>A new study. Everything that a user may have got wrong is checked before the folder is made.</summary>
    public static SeedsRun Start(
        Screen screen, string seeds, string? preset, string? config, List<KeyValuePair<string, string>> typed, string? output, int? jobs,
        int? retrain)
    {
        RefuseSeed(typed);
        var plan = new SeedPlan(SeedList.Parse(seeds), retrain ?? 0, SearchOptions.Table.Resolve(preset, config, typed));
        var (data, atOnce) = Check(plan, jobs);
        plan = plan with { Options = plan.Options with { Data = NewRun.Lasting(plan.Options.Data), Cost = CostName.Lasting(plan.Options.Cost) } };
        return new SeedsRun(screen, SeedFolder.Create(output ?? NewRun.Folder(), plan), data, atOnce);
    }

    /// <summary>A study that was begun before.</summary>
    public static SeedsRun Resume(
        Screen screen, string path, List<KeyValuePair<string, string>> typed, string? given, int? jobs, int? retrain)
    {
        if (given is not null)
            throw new OptionsException($"{given} does not go with --resume; a study goes on as it was begun, so leave it out");
        RefuseSeed(typed);
        var folder = SeedFolder.Open(path);
        try
        {
            var options = SearchOptions.Table.Apply(folder.Plan.Options, typed);
            folder.Adopt(options with { Data = NewRun.Lasting(options.Data) });
            if (retrain is { } epochs) folder.Retrain(epochs);
            var (data, atOnce) = Check(folder.Plan, jobs);
            folder.Keep(() => DataFingerprint.Of(data.Train));
            return new SeedsRun(screen, folder, data, atOnce);
        }
        catch
        {
            folder.Dispose();
            throw;
        }
    }

    /// <summary>Does all seeds that are not done.</summary>
    public int ToEnd()
    {
        var seeds = folder.Plan.Seeds;
        output.WriteLine($"study    {folder.Path}: {seeds.Count} seeds, {jobs} at a time");
        var threads = Backends.Threads(folder.Plan.Options.Threads, output.WriteLine);
        if (NewRun.LeftOut(data) is { } line) output.WriteLine(line);
        using var signals = new StopSignals(() => output.WriteLine("stopping after this step, with checkpoints; once more stops at once"));
        var queue = new ConcurrentQueue<int>(Enumerable.Range(0, seeds.Count));
        Task.WaitAll([.. Enumerable.Range(0, jobs).Select(job => Task.Factory.StartNew(
            () => Work(job, threads, queue, signals.Token), CancellationToken.None, TaskCreationOptions.LongRunning,
            TaskScheduler.Default))]);

        folder.WriteReport(Study());
        if (signals.Token.IsCancellationRequested && results.Count + failures.Count < seeds.Count)
            throw signals.Stopped($"stopped with checkpoints; go on with: miopendarts search --resume {folder.Path}");
        output.Write(SeedText.Render(Study()));
        output.WriteLine($"report   {folder.ReportFile}");
        if (failures.Count == 0) return ExitCode.Done;
        var told = string.Join("; ", failures.Select(pair => $"seed {seeds[pair.Key]}: {pair.Value.Message.TrimEnd('.')}"));
        var message = $"{folder.Path}: {told}; {results.Count} of {seeds.Count} seeds are done, and for the others go on with: "
            + $"miopendarts search --resume {folder.Path}";
        throw failures.Values.OfType<FaultException>().FirstOrDefault() is { } fault
            ? new FaultException(message, fault)
            : new RunFolderException(message);
    }

    public void Dispose() => folder.Dispose();

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

    private void Work(int job, int allThreads, ConcurrentQueue<int> queue, CancellationToken cancellation)
    {
        var options = folder.Plan.Options;
        var threads = Math.Max(1, (allThreads == 0 ? Environment.ProcessorCount : allThreads) / jobs);
        while (!cancellation.IsCancellationRequested && queue.TryDequeue(out var index))
        {
            try
            {
                var seed = folder.Plan.Seeds[index];
                using (var backend = BackendChoice.Create(BackendChoice.InTurn(options.Backend, job), threads, options.Deterministic))
                    new SeedJob(folder, seed, data, backend, threads, output).ToEnd(cancellation);
                var result = SeedReader.Read(folder, seed, data);
                lock (gate)
                {
                    results[index] = result;
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
                lock (gate) failures[index] = told;
                output.WriteLine($"seed {folder.Plan.Seeds[index]}  failed: {told.Message.ReplaceLineEndings(" ")}");
            }
        }
    }

    private SeedStudy Study() => new(data.Name, folder.Plan, [.. results.Values]);
}
