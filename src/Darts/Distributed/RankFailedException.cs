namespace MIOpenDarts.Darts.Distributed;

/// <summary>Something failed in another rank; the message names it.</summary>
internal sealed class RankFailedException(string message) : Exception(message);
