using MIOpenDarts.Darts.Records;
using MIOpenDarts.Darts.Reports;
using MIOpenDarts.Darts.Training;

namespace MIOpenDarts.Darts.Runs;

/// <summary>Records a training, which writes its weights files itself.</summary>
public sealed class TrainRecorder : WorkRecorder<TrainOptions, TrainHistory, TrainResult>
{
    /// <summary>Opens the log and reads what is in it.</summary>
    /// <param name="folder">The run.</param>
    /// <param name="next">Sees every event once it is in the log.</param>
    /// <exception cref="RunFolderException">The log cannot be read or written.</exception>
    /// <exception cref="InvalidDataException">A line of the log is damaged; the message names it.</exception>
    public TrainRecorder(TrainFolder folder, IProgress<RunEvent> next)
        : base(folder, next)
    {
    }

    private protected override TrainHistory Tell(IReadOnlyCollection<RunEvent> events) => TrainHistory.Of(events);

    private protected override void WriteResult(TrainResult result)
    {
    }

    private protected override TrainHistory WithEpochs(TrainHistory history, TrainResult result) => history with { Epochs = result.History };
}
