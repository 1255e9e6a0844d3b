using MIOpenDarts.Darts.Bilevel;
using MIOpenDarts.Darts.Loops;
using MIOpenDarts.Darts.Records;
using MIOpenDarts.Darts.Search;

namespace MIOpenDarts.Darts.Tests.Search;

public class LoopPositionTests
{
    [Fact]
    public void Loss_and_accuracy_of_an_epoch_weigh_every_image_alike()
    {
        var position = new LoopPosition<EpochRecord>();
        position.Count(new BatchResult(Loss: 2, Correct: 3, Images: 6));
        position.Count(new BatchResult(Loss: 5, Correct: 1, Images: 2));
        position.ChargeTime(4);

        var report = position.Report(steps: 7);
        Assert.Equal((2, 7, 2.75, 50.0, 2.0), (report.Step, report.Steps, report.TrainLoss, report.TrainAccuracy, report.ImagesPerSecond));
    }

    [Fact]
    public void The_next_epoch_starts_from_nothing_but_the_clock_of_the_run()
    {
        var position = new LoopPosition<EpochRecord>();
        position.Count(new BatchResult(Loss: 2, Correct: 3, Images: 6));
        position.ChargeTime(4);
        position.NextEpoch();
        Assert.Equal(
            (1, 0, 0.0, 0L, 0L, 0.0, 4.0),
            (position.Epoch, position.Step, position.LossSum, position.Correct, position.Images, position.EpochSeconds, position.Seconds));
    }
}
