using MIOpenDarts.Darts.Algorithms;
using MIOpenDarts.Darts.Training;
using MIOpenDarts.Layers.Optimisers;

namespace MIOpenDarts.Darts.Runs;

/// <summary>What it means for a finished run to be given more epochs.</summary>
internal static class MoreEpochs
{
    /// <summary>The same for a reader of the help.</summary>
    public const string Help =
        """
        A finished run takes more epochs by --resume RUN --epochs N, with N in all. The learning rate then follows the cosine of N epochs
        from there on, so it jumps up again, and the result is not that of a run that had N epochs from the start.
        """;

    /// <summary>One line about a search.</summary>
    /// <param name="then">What it was begun with.</param>
    /// <param name="now">The same with more epochs.</param>
    public static string Describe(SearchOptions then, SearchOptions now) =>
        Cosine(then.Epochs, now.Epochs, Rate(then, then.Epochs - 1), Rate(now, then.Epochs));

    /// <summary>One line about a training.</summary>
    /// <param name="then">What it was begun with.</param>
    /// <param name="now">The same with more epochs.</param>
    public static string Describe(TrainOptions then, TrainOptions now) => then.LearningRateDecay < 1
        ? $"{then.Epochs} epochs become {now.Epochs}: the learning rate falls on by its factor of {then.LearningRateDecay} an epoch"
        : Cosine(then.Epochs, now.Epochs, TrainLoop.Rate(then, then.Epochs - 1), TrainLoop.Rate(now, then.Epochs));

    private static double Rate(SearchOptions options, int epoch) =>
        new CosineSchedule(options.LearningRate, options.LearningRateMin, options.Epochs).Rate(epoch);

    private static string Cosine(int then, int now, double last, double next) =>
        $"{then} epochs become {now}: "
        + $"the learning rate follows the cosine of {now} epochs from here on and goes from {last:G3} to {next:G3}; "
        + $"the result is not that of a run of {now} epochs from the start";
}
