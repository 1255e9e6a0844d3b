using MIOpenDarts.Darts.Reports.Log;

namespace MIOpenDarts.Cli.Progress;

/// <summary>The line about the step under way, in as many words as there is room for.</summary>
internal static class StatusLine
{
    private const int MostBar = 24;
    private const int LeastBar = 6;

    /// <summary>Everything.</summary>
    public static string Full(StepDone step, int epochs, double secondsLeft) => Forms(step, epochs, secondsLeft)[0];

    /// <summary>
    /// The longest form that fits beside a bar into <paramref name="width"/> columns, the last of which stays free: a terminal may wrap
    /// when it is used, and a wrapped line cannot be cleared.
    /// </summary>
    /// <returns>Text, and columns of the bar that are done and still to do; none where there is no room for a bar.</returns>
    public static (string Text, int Done, int ToDo) Fit(StepDone step, int epochs, double secondsLeft, int width)
    {
        var room = Math.Max(width - 1, 0);
        var forms = Forms(step, epochs, secondsLeft);
        var text = Array.Find(forms, form => form.Length + 1 + LeastBar <= room) ?? Array.Find(forms, form => form.Length <= room) ?? forms[^1];
        if (text.Length > room) return (text[..room], 0, 0);
        var bar = Math.Min(room - text.Length - 1, MostBar);
        if (bar < LeastBar) return (text, 0, 0);
        var done = (int)(bar * (step.Epoch + (double)step.Step / step.Steps) / epochs);
        return (text, done, bar - done);
    }

    private static string[] Forms(StepDone step, int epochs, double secondsLeft)
    {
        var epoch = $"epoch {step.Epoch + 1}/{epochs}";
        var place = $"{epoch}  step {step.Step}/{step.Steps}";
        var (loss, left) = ($"loss {step.TrainLoss:F3}", $"{Units.Time(secondsLeft)} left");
        var accuracy = $"accuracy {step.TrainAccuracy:F1} %";
        return
        [
            $"{place}  {loss}  {accuracy}  {step.ImagesPerSecond:F0} images/s  {left}",
            $"{place}  {loss}  {accuracy}  {left}",
            $"{epoch}  {loss}  {accuracy}  {left}",
            $"{epoch}  {loss}  {left}",
            $"{epoch}  {left}",
            left,
        ];
    }
}
