using MIOpenDarts.Darts.Bilevel;
using MIOpenDarts.Darts.Records;

namespace MIOpenDarts.Darts.Loops;

/// <summary>
/// Where a run stands between two steps. With weights and optimisers it is all that a resume needs: random numbers and data order follow
/// from seed, epoch and step.
/// </summary>
/// <typeparam name="TEpoch">What is recorded of a finished epoch.</typeparam>
internal sealed class LoopPosition<TEpoch>
{
    /// <summary>Epoch under way.</summary>
    public int Epoch { get; set; }

    /// <summary>Steps done in it.</summary>
    public int Step { get; set; }

    /// <summary>Σ loss · images of the epoch's training steps.</summary>
    public double LossSum { get; set; }

    /// <summary>Right answers in the epoch's training steps.</summary>
    public long Correct { get; set; }

    /// <summary>Images in the epoch's training steps.</summary>
    public long Images { get; set; }

    /// <summary>Seconds of work in the epoch.</summary>
    public double EpochSeconds { get; set; }

    /// <summary>Seconds of work since the run began.</summary>
    public double Seconds { get; set; }

    /// <summary>Finished epochs.</summary>
    public List<TEpoch> History { get; init; } = [];

    /// <summary>Whether a run with so many epochs is done here and may go on with more.</summary>
    internal bool MayGoOn(int epochs, int more) => Epoch == epochs && epochs < more;

    internal double MeanLoss() => LossSum / Images;

    internal double Accuracy() => 100.0 * Correct / Images;

    internal double ImagesPerSecond() => Images / EpochSeconds;

    /// <summary>Takes the result of a training step in.</summary>
    internal void Count(BatchResult result)
    {
        Step++;
        LossSum += result.Loss * result.Images;
        Correct += result.Correct;
        Images += result.Images;
    }

    /// <summary>Takes seconds of work in.</summary>
    internal void ChargeTime(double seconds)
    {
        EpochSeconds += seconds;
        Seconds += seconds;
    }

    internal StepDone Report(int steps) => new(Seconds, Epoch, Step, steps, MeanLoss(), Accuracy(), ImagesPerSecond());

    internal void NextEpoch()
    {
        Epoch++;
        (Step, LossSum, Correct, Images, EpochSeconds) = (0, 0, 0, 0, 0);
    }
}
