using System.Text.Json.Serialization;
using MIOpenDarts.Darts.Genotypes;

namespace MIOpenDarts.Darts.Records;

/// <summary>One line of a run's log. The property <c>event</c> comes first and names the kind.</summary>
/// <param name="Seconds">Seconds of work since the run began, without the pauses between an interruption and a resume.</param>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "event")]
[JsonDerivedType(typeof(RunStarted), "start")]
[JsonDerivedType(typeof(ForecastMade), "forecast")]
[JsonDerivedType(typeof(StepDone), "step")]
[JsonDerivedType(typeof(EpochDone), "epoch")]
[JsonDerivedType(typeof(AlarmRaised), "alarm")]
[JsonDerivedType(typeof(GenotypeDrawn), "drawn")]
[JsonDerivedType(typeof(CostMeasured), "cost")]
[JsonDerivedType(typeof(TrainEpochDone), "train_epoch")]
[JsonDerivedType(typeof(CheckpointWritten), "checkpoint")]
[JsonDerivedType(typeof(RunEnded), "end")]
public abstract record RunEvent(double Seconds);

/// <summary>One option of a run as it was resolved.</summary>
/// <param name="Name">Name of the option.</param>
/// <param name="Value">Its value as text.</param>
internal sealed record OptionValue(string Name, string Value);

/// <summary>A run starts, or goes on from a checkpoint.</summary>
/// <param name="Seconds">Seconds of work before this start; 0 for a new run.</param>
/// <param name="Time">Wall clock time, in UTC.</param>
/// <param name="Dataset">Name of the data set and how many images it has.</param>
/// <param name="Primitives">Names of the candidate operations, in the order of the columns of alpha.</param>
/// <param name="Epochs">Number of epochs that the run is to have.</param>
/// <param name="FirstEpoch">The epoch that it starts in: 0, or where the checkpoint was.</param>
/// <param name="Environment">The machine.</param>
/// <param name="Options">Every option, defaults included.</param>
internal sealed record RunStarted(
    double Seconds, DateTimeOffset Time, string Dataset, IReadOnlyList<string> Primitives, int Epochs, int FirstEpoch,
    RunEnvironment Environment, IReadOnlyList<OptionValue> Options) : RunEvent(Seconds);

/// <summary>What the run will cost, measured on a few steps before it starts.</summary>
/// <param name="Seconds">See <see cref="RunEvent"/>.</param>
/// <param name="Parameters">Trainable numbers of the supernet, without the alphas.</param>
/// <param name="MemoryBytes">Memory of parameters, optimisers and activations.</param>
/// <param name="StepSeconds">One architecture step and one weight step.</param>
/// <param name="EpochSeconds">An epoch with its validation.</param>
/// <param name="RemainingSeconds">Everything that is still to be done.</param>
internal sealed record ForecastMade(
    double Seconds, long Parameters, long MemoryBytes, double StepSeconds, double EpochSeconds,
    double RemainingSeconds) : RunEvent(Seconds);

/// <summary>Progress inside an epoch, written every report interval.</summary>
/// <param name="Seconds">See <see cref="RunEvent"/>.</param>
/// <param name="Epoch">Number of the epoch, from 0.</param>
/// <param name="Step">Steps done in this epoch.</param>
/// <param name="Steps">Steps that the epoch has.</param>
/// <param name="TrainLoss">Running mean of the training loss of this epoch.</param>
/// <param name="TrainAccuracy">Running training accuracy of this epoch, in percent.</param>
/// <param name="ImagesPerSecond">Training images per second of this epoch so far.</param>
public sealed record StepDone(
    double Seconds, int Epoch, int Step, int Steps, double TrainLoss, double TrainAccuracy, double ImagesPerSecond) : RunEvent(Seconds);

/// <summary>An epoch and its validation ended.</summary>
/// <param name="Seconds">See <see cref="RunEvent"/>.</param>
/// <param name="Record">What the epoch did.</param>
public sealed record EpochDone(double Seconds, EpochRecord Record) : RunEvent(Seconds);

/// <summary>A watchdog raised its alarm in the epoch that ended just before.</summary>
/// <param name="Seconds">See <see cref="RunEvent"/>.</param>
/// <param name="Alarm">Which, why, and whether it ends the search.</param>
internal sealed record AlarmRaised(double Seconds, WatchAlarm Alarm) : RunEvent(Seconds);

/// <summary>A method that trains nothing has its result.</summary>
/// <param name="Seconds">See <see cref="RunEvent"/>.</param>
/// <param name="Genotype">What it drew.</param>
internal sealed record GenotypeDrawn(double Seconds, Genotype Genotype) : RunEvent(Seconds);

/// <summary>The derived network was measured where its cost table comes from.</summary>
/// <param name="Seconds">See <see cref="RunEvent"/>.</param>
/// <param name="Device">Where.</param>
/// <param name="Unit">Of the numbers.</param>
/// <param name="Value">Median of the measurement.</param>
/// <param name="Sum">What the table says.</param>
/// <param name="Ratio">The table's mean ratio of measurement and sum; null where it has none.</param>
internal sealed record CostMeasured(double Seconds, string Device, string Unit, double Value, double Sum, double? Ratio)
    : RunEvent(Seconds);

/// <summary>An epoch of a training from scratch and its test ended.</summary>
/// <param name="Seconds">See <see cref="RunEvent"/>.</param>
/// <param name="Record">What the epoch did.</param>
public sealed record TrainEpochDone(double Seconds, TrainEpochRecord Record) : RunEvent(Seconds);

/// <summary>A checkpoint is complete on disk.</summary>
/// <param name="Seconds">See <see cref="RunEvent"/>.</param>
/// <param name="Epoch">The epoch that a resume would go on in.</param>
/// <param name="Step">The step of it.</param>
/// <param name="File">Name of the file inside the run folder.</param>
/// <param name="Bytes">Its size.</param>
internal sealed record CheckpointWritten(double Seconds, int Epoch, int Step, string File, long Bytes) : RunEvent(Seconds);

/// <summary>How a run ended.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<RunOutcome>))]
internal enum RunOutcome
{
    /// <summary>All epochs are done, or a watchdog ended the search.</summary>
    [JsonStringEnumMemberName("done")]
    Done,
    /// <summary>Stopped on request, with a checkpoint to go on from.</summary>
    [JsonStringEnumMemberName("interrupted")]
    Interrupted,
    /// <summary>Stopped by an error.</summary>
    [JsonStringEnumMemberName("failed")]
    Failed,
}

/// <summary>A run ends in an orderly way; a killed one has no such line.</summary>
/// <param name="Seconds">See <see cref="RunEvent"/>.</param>
/// <param name="Outcome">How it ended.</param>
/// <param name="Message">The reason when it was not done, or when a watchdog ended it; otherwise null.</param>
internal sealed record RunEnded(double Seconds, RunOutcome Outcome, string? Message = null) : RunEvent(Seconds);
