namespace MIOpenDarts.Cli;

/// <summary>A signal stopped a run, which left a checkpoint; the message says how to go on.</summary>
internal sealed class StoppedException(string message, int exitCode, Exception? cause) : OperationCanceledException(message, cause)
{
    /// <summary>For the shell.</summary>
    public int ExitCode { get; } = exitCode;
}
