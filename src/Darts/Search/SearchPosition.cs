using MIOpenDarts.Darts.Reports.Log;

namespace MIOpenDarts.Darts.Search;

/// <summary>Where a search stands between two steps. Together with weights, optimisers and alphas it is all that a resume needs: random numbers and data order follow from seed, epoch and step.</summary>
public sealed class SearchPosition
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
    public List<EpochRecord> History { get; init; } = [];

    /// <summary>Moves on to the next epoch.</summary>
    public void NextEpoch()
    {
        Epoch++;
        (Step, LossSum, Correct, Images, EpochSeconds) = (0, 0, 0, 0, 0);
    }
}
