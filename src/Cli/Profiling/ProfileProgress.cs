using System.Globalization;
using MIOpenDarts.Cli.Progress;
using MIOpenDarts.Darts.Costs.Profiling;
using Spectre.Console;

namespace MIOpenDarts.Cli.Profiling;

/// <summary>Shows how far a profile has come and how long it still takes: a bar on a terminal, lines elsewhere.</summary>
internal static class ProfileProgress
{
    /// <summary>Runs a profile.</summary>
    /// <param name="screen">Where.</param>
    /// <param name="unit">Of what is measured.</param>
    /// <param name="measure">Measures, and tells of each step.</param>
    public static T Show<T>(Screen screen, string unit, Func<Action<ProfileStep>, T> measure)
    {
        var left = new TimeLeft(TimeProvider.System);
        if (screen.Terminal is not { } terminal)
            return measure(step => screen.Output.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"{step.Done}/{step.All}  {step.Name}  {step.Entry.Median:0.####} {unit} ({Detail(step)}), "
                + $"{Units.Time(left.After(step))} left")));
        return terminal.Progress()
            .Columns(new TaskDescriptionColumn(), new ProgressBarColumn(), new PercentageColumn(), new RemainingTimeColumn())
            .Start(progress =>
            {
                var task = progress.AddTask("measuring");
                return measure(step =>
                {
                    (task.MaxValue, task.Value) = (step.All, step.Done);
                    task.Description = step.Name.EscapeMarkup();
                });
            });
    }

    private static string Detail(ProfileStep step) => step.Entry.Launches is { } launches
        ? $"modelled, {launches} launches"
        : string.Create(CultureInfo.InvariantCulture, $"spread {step.Entry.Spread:0.####}, {step.Entry.Count} times");

    /// <summary>What is left at the rate of the steps so far; what an earlier profile had done says nothing of the rate.</summary>
    private sealed class TimeLeft(TimeProvider time)
    {
        private readonly long begun = time.GetTimestamp();
        private int? before;

        public double After(ProfileStep step)
        {
            before ??= step.Done - 1;
            return time.GetElapsedTime(begun).TotalSeconds / (step.Done - before.Value) * (step.All - step.Done);
        }
    }
}
