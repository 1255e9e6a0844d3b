namespace MIOpenDarts.Darts.Bilevel;

/// <summary>Loss and right answers of one batch.</summary>
/// <param name="Loss">Mean cross entropy.</param>
/// <param name="Correct">Images classified rightly.</param>
/// <param name="Images">Images in the batch.</param>
public readonly record struct BatchResult(double Loss, int Correct, int Images);
