using MIOpenDarts.Darts.Records;

namespace MIOpenDarts.Cli.Progress;

/// <summary>The line about the step under way, in as many words as there is room for.</summary>
internal static class StatusLine
{
    private const int MostBar = 24;
    private const int LeastBar = 6;

    // A terminal may wrap when its last column is used, and a wrapped line cannot be cleared; Ctrl-C adds two characters.
    private const int Spare = 3;

    /// <summary>Everything.</summary>
    public static string Full(StepDone step, int epochs, double secondsLeft) => Forms(step, epochs, secondsLeft)[0];

    /// <summary>
    /// The longest form that fits beside a bar into <paramref name="width"/> columns and never wraps.
    /// </summary>
    /// <returns>Text, and columns of the bar that are done and still to do; none where there is no room for a bar.</returns>
    public static (string Text, int Done, int ToDo) Fit(StepDone step, int epochs, double secondsLeft, int width)
    {
        var room = Math.Max(width - Spare, 0);
        var forms = Forms(step, epochs, secondsLeft);
        // The bar says the same as the epoch, so it gives way before the epoch does.
        var text = Array.Find(forms[..^1], form => form.Length + 1 + LeastBar <= room) ?? Array.Find(
            forms, form => form.Length <= room) ?? forms[^1];
        if (text.Length > room) return (Cut(text, width), 0, 0);
        var bar = Math.Min(room - text.Length - 1, MostBar);
        if (bar < LeastBar) return (text, 0, 0);
        var done = (int)(bar * (step.Epoch + (double)step.Step / step.Steps) / epochs);
        return (text, done, bar - done);
    }

    /// <summary>As much of a text as fits.</summary>
    public static string Cut(string text, int width) => text[..Math.Clamp(width - Spare, 0, text.Length)];

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
