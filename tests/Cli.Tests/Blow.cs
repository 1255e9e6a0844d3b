using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;

namespace MIOpenDarts.Cli.Tests;

/// <summary>
/// What befalls a process of the command at a moment that it names itself: when it has written lines with all these words. The line of a
/// step is written when the step is done and its checkpoint is not begun.
/// </summary>
/// <param name="Signal">Which the process gets; 0 for none.</param>
/// <param name="FileBytes">
/// If not 0, no file may grow beyond so many bytes from then on: the kernel ends the process in the middle of writing one that would.
/// </param>
internal sealed partial record Blow(int Signal, long FileBytes, params string[] Words)
{
    public const int HangUp = 1, Interrupt = 2, Quit = 3, Kill = 9, User1 = 10, Terminate = 15, Stop = 19;

    private const string Variable = "MIOPENDARTS_TEST_BLOW";
    private const string RankVariable = "MIOPENDARTS_TEST_BLOW_RANK";
    private const string HeldVariable = "MIOPENDARTS_TEST_BLOW_HELD";
    private const int Continue = 18;
    private const int FileSizeSignal = 25, FileSizeLimit = 1, CoreLimit = 4;

    /// <summary>How a shell tells that a process was killed, or ended because a file was too large.</summary>
    public static IReadOnlyList<int> Codes { get; } = [128 + Kill, 128 + FileSizeSignal];

    /// <summary>The log of the rank that gets the signal; empty for the process itself.</summary>
    public string RankLog { get; init; } = "";

    /// <summary>The log of a rank that stands still until the other one has heard the signal, and with it all; empty for none.</summary>
    public string HeldLog { get; init; } = "";

    /// <summary>The blow that this process was started with.</summary>
    public static Blow? OfProcess
    {
        get
        {
            if (System.Environment.GetEnvironmentVariable(Variable)?.Split('|') is not [var signal, var bytes, .. var words]) return null;
            return new Blow(int.Parse(signal, CultureInfo.InvariantCulture), long.Parse(bytes, CultureInfo.InvariantCulture), words)
            {
                RankLog = System.Environment.GetEnvironmentVariable(RankVariable) ?? "",
                HeldLog = System.Environment.GetEnvironmentVariable(HeldVariable) ?? "",
            };
        }
    }

    /// <summary>The variables of a process that it befalls.</summary>
    public (string Name, string Value)[] Environment =>
    [
        ("DOTNET_STARTUP_HOOKS", typeof(Blow).Assembly.Location), (Variable, string.Join('|', [$"{Signal}", $"{FileBytes}", .. Words])),
        (RankVariable, RankLog), (HeldVariable, HeldLog),
    ];

    /// <summary>Starts the command so that this befalls it.</summary>
    public Process Start(IEnumerable<string> args) => Command.Start(args, Environment);

    /// <summary>Starts the command through another program so that this befalls it.</summary>
    public Process StartBy(string program, IEnumerable<string> args) => Command.Start(program, args, Environment);

    /// <summary>Deals it to this process, or to another rank and waits until that one has heard it.</summary>
    public void Fall()
    {
        if (FileBytes > 0)
        {
            // .NET has the process ignore the signal; its default is to end it.
            SetSignal(FileSizeSignal, 0);
            Limit(CoreLimit, 0);
            Limit(FileSizeLimit, FileBytes);
        }

        var process = RankLog == "" ? System.Environment.ProcessId : RankedRuns.ProcessOf(RankLog);
        // The log of a run that goes on has the lines of before.
        var heardBefore = RankLog == "" ? 0 : TimesHeard();
        var held = HeldLog == "" ? 0 : RankedRuns.ProcessOf(HeldLog);
        if (held > 0 && Send(held, Stop) != 0) throw new InvalidOperationException($"process {held} cannot be stopped");
        try
        {
            if (Signal > 0 && Send(process, Signal) != 0)
                throw new InvalidOperationException($"signal {Signal} cannot be sent");
            // The launcher ends this one when the other is dead.
            while (RankLog != "" && TimesHeard() == heardBefore) Thread.Sleep(10);
        }
        finally
        {
            if (held > 0) _ = Send(held, Continue);
        }
    }

    private int TimesHeard() => File.ReadLines(RankLog).Count(line => line.Contains(" a signal asks ", StringComparison.Ordinal));

    private static void Limit(int resource, long value)
    {
        long[] softAndHard = [value, value];
        if (SetLimit(resource, softAndHard) != 0) throw new InvalidOperationException($"limit {resource} cannot be set");
    }

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int Send(int process, int signal);

    [LibraryImport("libc", EntryPoint = "signal")]
    private static partial nint SetSignal(int signal, nint handler);

    [LibraryImport("libc", EntryPoint = "setrlimit")]
    private static partial int SetLimit(int resource, long[] softAndHard);
}

/// <summary>
/// Passes lines on and deals a blow after the last of those that it waits for. A thread of its own hears a signal, which a busy machine may
/// let wait for longer than a small run takes; so lines pass slowly from then on, until one says that the signal was heard.
/// </summary>
internal sealed class BlowWriter(TextWriter output, Blow blow) : TextWriter
{
    private readonly HashSet<string> awaited = [.. blow.Words];
    private bool heard;

    public override Encoding Encoding => output.Encoding;

    public override void Write(char value) => output.Write(value);

    public override void WriteLine(string? value)
    {
        output.WriteLine(value);
        if (awaited.Count > 0)
        {
            awaited.RemoveWhere(word => value?.Contains(word, StringComparison.Ordinal) == true);
            if (awaited.Count > 0) return;
            blow.Fall();
        }

        heard |= value?.StartsWith("stopping after this step", StringComparison.Ordinal) == true;
        // The lock under which lines are written lets no line wait for another.
        if (blow.Signal > 0 && blow.RankLog == "" && !heard) Thread.Sleep(100);
    }
}
