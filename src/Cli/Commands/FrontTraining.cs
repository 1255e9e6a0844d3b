using System.Collections.Concurrent;
using System.Globalization;
using System.IO.Hashing;
using System.Text;
using MIOpenDarts.Darts.Bilevel;
using MIOpenDarts.Darts.Data;
using MIOpenDarts.Darts.Files;
using MIOpenDarts.Darts.Records;
using MIOpenDarts.Darts.Reports;
using MIOpenDarts.Darts.Studies.Pareto;
using MIOpenDarts.Darts.Studies.Seeds;
using MIOpenDarts.Layers.Backends;

namespace MIOpenDarts.Cli.Commands;

/// <summary>
/// Trains what lies on the fronts of a study from scratch, on all training images, and tests it: each is a run in a folder of its own,
/// which a stopped study goes on with, and which other processes may train.
/// </summary>
/// <param name="screen">Where lines go.</param>
/// <param name="folder">The study's.</param>
/// <param name="data">Its images.</param>
/// <param name="plan">How long, and by which options.</param>
/// <param name="jobs">Trainings at a time.</param>
/// <param name="firstJob">Number of the first of them among those of all processes of this machine, which take GPUs in turn.</param>
internal sealed class FrontTraining(Screen screen, string folder, ImageData data, SeedPlan plan, int jobs, int firstJob)
{
    // In the folder of a training that has no test error, for those who gather.
    private const string Diverged = "diverged.txt";

    private readonly TextWriter output = TextWriter.Synchronized(screen.Output);
    private readonly string images = $"{DataFingerprint.From(data.Train, data.Test)}";

    /// <summary>The same study with the test errors of what lies on its fronts.</summary>
    /// <param name="study">The study.</param>
    /// <param name="signals">What stops it.</param>
    /// <exception cref="StoppedException">A signal stopped it.</exception>
    public ParetoStudy Run(ParetoStudy study, StopSignals signals)
    {
        var fronts = FrontsOf(study);
        output.WriteLine($"{fronts.Length} genotypes on the fronts are trained for {plan.Retrain} epochs, {jobs} at a time");
        Directory.CreateDirectory(Trainings);
        var errors = new ConcurrentDictionary<string, double>();
        var backends = new List<Backend<float>>();
        try
        {
            for (var job = 0; job < jobs; job++) backends.Add(Backends.CreateShare(plan.Options, firstJob + job, jobs));
            var free = new ConcurrentBag<Backend<float>>(backends);
            // What another process has trained is read here.
            SharedWork.ToEnd(
                [.. Enumerable.Range(0, fronts.Length)], jobs, _ => false, index => FolderOf(fronts[index]) + ".lock",
                index =>
                {
                    if (Train(fronts[index], index, free, signals.Token) is { } error) errors[fronts[index]] = error;
                },
                signals.Token);
        }
        catch (AggregateException e)
        {
            if (e.Flatten().InnerExceptions.Any(reason => reason is not OperationCanceledException)) throw Failures.Unwrapped(e);
            throw signals.Stopped($"stopped with checkpoints; the same command with --out {folder} goes on", e);
        }
        finally
        {
            foreach (var backend in backends) backend.Dispose();
        }

        return With(study, errors);
    }

    /// <summary>
    /// The same study with the test errors if the trainings of all of its fronts have ended; as it is while they have not.
    /// </summary>
    public ParetoStudy Gather(ParetoStudy study)
    {
        var fronts = FrontsOf(study);
        var (errors, diverged) = (new Dictionary<string, double>(), 0);
        foreach (var genotype in fronts)
        {
            var log = Path.Combine(FolderOf(genotype), "log.jsonl");
            if (File.Exists(log) && RunLog.Read(log) is [.., RunEnded { Outcome: RunOutcome.Done }] events)
                errors[genotype] = 100 - TrainHistory.From(events).Epochs[^1].Test.Top1;
            else if (File.Exists(Path.Combine(FolderOf(genotype), Diverged))) diverged++;
        }

        output.WriteLine(
            $"{errors.Count} of {fronts.Length} genotypes on the fronts are trained{(diverged > 0 ? $", {diverged} diverged" : "")}");
        return errors.Count + diverged == fronts.Length ? With(study, errors) : study;
    }

    private static string[] FrontsOf(ParetoStudy study) =>
        [.. study.Methods.SelectMany(study.Front).Select(point => point.Architecture).Distinct()];

    private static ParetoStudy With(ParetoStudy study, IReadOnlyDictionary<string, double> errors) => study with
    {
        Points =
        [
            .. study.Points.Select(point => errors.TryGetValue(point.Architecture, out var error)
                ? point with { Retrained = error }
                : point),
        ],
    };

    private double? Train(string genotype, int index, ConcurrentBag<Backend<float>> free, CancellationToken cancellation)
    {
        if (!free.TryTake(out var backend))
            throw new InvalidOperationException("More networks are trained at a time than there are backends.");
        var name = $"genotype {(index + 1).ToString(CultureInfo.InvariantCulture)}";
        try
        {
            var history = new StudyTraining(data, plan.Options.Data, backend, backend.Threads, output).ToEnd(
                name, FolderOf(genotype), () => plan.TrainingOf(plan.Options.Seed, genotype), cancellation);
            return 100 - history.Epochs[^1].Test.Top1;
        }
        catch (RunDivergedException e)
        {
            output.WriteLine($"{name}  has no test error: {e.Message}");
            WholeFile.Write(Path.Combine(FolderOf(genotype), Diverged), e.Message + "\n");
            return null;
        }
        finally
        {
            free.Add(backend);
        }
    }

    private string Trainings => Path.Combine(folder, string.Create(CultureInfo.InvariantCulture, $"trained-{plan.Retrain}-epochs"));

    // The place on a front changes when the study is given more evaluations; the genotype does not. Other images are another training.
    private string FolderOf(string genotype) =>
        Path.Combine(Trainings, Convert.ToHexStringLower(XxHash64.Hash(Encoding.UTF8.GetBytes(genotype + images))));
}
