namespace MIOpenDarts.Darts.Records;

/// <summary>What the watchdogs saw after an epoch.</summary>
/// <param name="SkipsNormal">
/// Edges of the normal cell, or of the only kind, with <c>skip_connect</c>, in the genotype that the search would end with.
/// </param>
/// <param name="SkipsReduce">The same of the reduction cell; 0 where there is none.</param>
/// <param name="StableEpochs">Epochs before this one since which the ranking of operations by alpha is the same on every edge.</param>
/// <param name="Eigenvalue">Largest eigenvalue of the Hessian of the validation loss in alpha; null in epochs without one.</param>
/// <param name="Alarm">An alarm raised in this epoch; null without.</param>
public sealed record WatchRecord(int SkipsNormal, int SkipsReduce, int StableEpochs, double? Eigenvalue = null, WatchAlarm? Alarm = null);

/// <summary>A watchdog's limit was passed for the first time.</summary>
/// <param name="Watchdog">Name of the watchdog.</param>
/// <param name="Message">What it saw and the limit.</param>
/// <param name="Epoch">Number of the epoch, from 0.</param>
/// <param name="Ends">Whether the search ends with it.</param>
/// <param name="Chosen">Number of the epoch whose genotype is, or would be, the better one to end with.</param>
public sealed record WatchAlarm(string Watchdog, string Message, int Epoch, bool Ends, int Chosen);
