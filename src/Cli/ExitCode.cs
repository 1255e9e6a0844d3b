namespace MIOpenDarts.Cli;

/// <summary>What the command tells the shell.</summary>
internal static class ExitCode
{
    public const int Done = 0;
    public const int Failed = 1;
    public const int Usage = 2;
    public const int Interrupted = 130;

    /// <summary>The same for a reader of the help.</summary>
    public const string Legend = "Exit codes: 0 done, 1 failed, 2 usage, 130 interrupted with a checkpoint written.";
}
