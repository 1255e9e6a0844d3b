using MIOpenDarts.Cli.Commands;
using MIOpenDarts.Darts.Compression;
using MIOpenDarts.Darts.Runs;
using MIOpenDarts.Darts.Training;
using Spectre.Console;

namespace MIOpenDarts.Cli.Compressing;

/// <summary>Makes networks smaller and fine-tunes them, stage after stage.</summary>
/// <param name="screen">What it prints on.</param>
/// <param name="command">The command that does it.</param>
internal sealed class CompressionWork(Screen screen, string command)
{
    /// <summary>Does all stages of a plan, or goes on where they were stopped: a resumed work ends with the same bits.</summary>
    /// <param name="plan">The plan.</param>
    /// <param name="folder">Its folder.</param>
    /// <param name="typed">Options that were typed now.</param>
    /// <param name="again">The line that goes on with it.</param>
    public int Complete(CompressionPlan plan, string folder, List<KeyValuePair<string, string>> typed, string again)
    {
        var code = ExitCode.Done;
        for (var stage = 0; stage < plan.Stages.Count; stage++)
        {
            var path = plan.PathOf(folder, stage);
            if (path != folder && File.Exists(Path.Combine(path, TrainFolder.WeightsName))) continue;
            screen.Output.WriteLine($"stage    {stage + 1} of {plan.Stages.Count}");
            using var run = RunConfiguration.KindAt(path) is null
                ? Begin(plan, folder, stage, typed, again)
                : TrainRun.Resume(screen, path, typed, given: null, tensorBoard: false, command, again);
            code = run.ToEnd();
        }

        return code;
    }

    /// <summary>Makes a trained network smaller, says what was done, and begins its fine-tuning.</summary>
    /// <param name="source">Folder of the trained run.</param>
    /// <param name="best">The weights of its best epoch.</param>
    /// <param name="calibration">Calibration images.</param>
    /// <param name="options">Of the fine-tuning.</param>
    /// <param name="output">Its folder, or null.</param>
    /// <param name="compress">Makes the smaller network.</param>
    /// <param name="again">The line that goes on with it, where it is one of several; null for its own.</param>
    public TrainRun Begin(
        string source, bool best, int calibration, TrainOptions options, string? output,
        Func<CompressionTask, (HostNetwork Network, IEnumerable<string> Lines)> compress, string? again = null)
    {
        using var trained = TrainedNetwork.Open(source, best, foreign: null, options.Backend, options.Threads);
        var images = EvaluationTraining.Open(options);
        var test = EvaluationTraining.RequireTest(images);
        var sample = new CalibrationImages(images.Train, trained.Description, calibration, options.Seed);
        var before = HostNetwork.From(trained.Description, trained.Net);
        var (after, lines) = WithBar(sample, () => compress(new CompressionTask(before, sample, trained, test)));
        foreach (var line in lines) screen.Output.WriteLine(line);
        var (was, now) = (before.Size, after.Size);
        screen.Output.WriteLine(
            $"size     {was.Parameters:N0} parameters become {now.Parameters:N0} ({Share(now.Parameters, was.Parameters)}), "
            + $"{was.MultiplyAdds / 1e6:F2} M multiply-adds {now.MultiplyAdds / 1e6:F2} M ({Share(now.MultiplyAdds, was.MultiplyAdds)})");
        return TrainRun.Finetune(screen, command, after, options, images, output, again);
    }

    private TrainRun Begin(CompressionPlan plan, string folder, int stage, List<KeyValuePair<string, string>> typed, string again) => Begin(
        stage == 0 ? plan.Source : plan.PathOf(folder, stage - 1), stage == 0 && plan.Best, plan.Calibration,
        plan.Finetuning(folder, stage, typed), plan.PathOf(folder, stage), plan.Stages[stage].Apply, again);

    // A bar on a terminal while values are measured.
    private T WithBar<T>(CalibrationImages images, Func<T> measure)
    {
        if (screen.Terminal is not { } terminal) return measure();
        return terminal.Progress().Start(progress =>
        {
            ProgressTask? bar = null;
            images.Progress = done => (bar ??= progress.AddTask("measuring", maxValue: images.Count)).Value = done;
            return measure();
        });
    }

    private static string Share(long now, long before) => $"{100.0 * now / before:F1} %";
}
