using MIOpenDarts.Cli.Compressing;
using MIOpenDarts.Darts.Compression;
using MIOpenDarts.Darts.Runs;
using MIOpenDarts.Darts.Training;
using Spectre.Console;

namespace MIOpenDarts.Cli.Commands;

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
        var options = plan.Finetuning(folder, typed);
        // What else was typed is as the plan has it, which may have other epochs for a stage.
        var place = typed.Where(option => TrainOptions.Table.All.Any(field => field.Name == option.Key && !field.HasEffect)).ToList();
        var code = ExitCode.Done;
        for (var stage = 0; stage < plan.Stages.Count; stage++)
        {
            var path = plan.PathOf(folder, stage);
            if (path != folder && File.Exists(Path.Combine(path, TrainFolder.WeightsName))) continue;
            screen.Output.WriteLine($"stage    {stage + 1} of {plan.Stages.Count}");
            using var run = RunConfiguration.KindAt(path) is null
                ? Begin(plan, folder, stage, plan.OptionsOf(stage, options), again)
                : TrainRun.Resume(screen, path, place, given: null, tensorBoard: false, command, again);
            code = run.ToEnd();
        }

        return code;
    }

    /// <summary>Makes a trained network smaller, says what was done, and begins its fine-tuning.</summary>
    /// <param name="source">Folder of the trained run.</param>
    /// <param name="best">The weights of its best epoch.</param>
    /// <param name="calibration">Calibration images.</param>
    /// <param name="options">Of the fine-tuning.</param>
    /// <param name="folder">Its folder.</param>
    /// <param name="compress">Makes the smaller network.</param>
    /// <param name="again">The line that goes on with it, where it is one of several; null for its own.</param>
    public TrainRun Begin(
        string source, bool best, int calibration, TrainOptions options, string folder,
        Func<CompressionTask, (HostNetwork Network, IEnumerable<string> Lines)> compress, string? again = null)
    {
        using var opened = CompressionSource.Open(source, best, calibration, options);
        var (before, images) = (opened.Task.Network, opened.Images);
        var (after, lines) = WithBar(opened.Task.Images, () => compress(opened.Task));
        foreach (var line in lines) screen.Output.WriteLine(line);
        var (was, now) = (before.Size, after.Size);
        screen.Output.WriteLine(
            $"size     {was.Parameters:N0} parameters become {now.Parameters:N0} ({Share(now.Parameters, was.Parameters)}), "
            + $"{was.MultiplyAdds / 1e6:F2} M multiply-adds {now.MultiplyAdds / 1e6:F2} M ({Share(now.MultiplyAdds, was.MultiplyAdds)})");
        TrainMemory.Require(images, options, opened.Task.Backend, compressed: after.Description);
        return TrainRun.Finetune(screen, command, after, options, images, folder, again);
    }

    /// <summary>Shows a bar on a terminal while values are measured.</summary>
    public T WithBar<T>(CalibrationImages images, Func<T> measure)
    {
        if (screen.Terminal is not { } terminal) return measure();
        return terminal.Progress().Start(progress =>
        {
            ProgressTask? bar = null;
            images.Progress = done => (bar ??= progress.AddTask("measuring", maxValue: images.Count)).Value = done;
            return measure();
        });
    }

    private TrainRun Begin(CompressionPlan plan, string folder, int stage, TrainOptions options, string again) => Begin(
        stage == 0 ? plan.Source : plan.PathOf(folder, stage - 1), stage == 0 && plan.Best, plan.Calibration, options,
        plan.PathOf(folder, stage), plan.Stages[stage].Apply, again);

    private static string Share(long now, long before) => $"{100.0 * now / before:F1} %";
}
