namespace MIOpenDarts.Cli;

/// <summary>What the command reports to the shell.</summary>
internal static class ExitCode
{
    public const int Done = 0;
    public const int Failed = 1;
    public const int Usage = 2;

    /// <summary>A fault of this program (EX_SOFTWARE of sysexits.h).</summary>
    public const int Fault = 70;

    /// <summary>What a shell adds a signal's number to.</summary>
    public const int Signalled = 128;

    /// <summary>The same for a reader of the help.</summary>
    public const string Legend =
        "Exit codes: 0 done, 1 failed, 2 usage, 70 a fault of this program, "
        + "128 and a signal's number (130 after Ctrl-C) stopped with a checkpoint.";
}
