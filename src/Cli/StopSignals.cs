using System.Globalization;
using System.Runtime.InteropServices;

namespace MIOpenDarts.Cli;

/// <summary>
/// What asks a run to stop: Ctrl-C (SIGINT), Ctrl-\ (SIGQUIT), SIGTERM, SIGHUP of a terminal that closes, and SIGUSR1, which clusters send
/// before a job's time is up and launchers of MPI pass on. The first asks to stop after the step under way, the second is not held back any
/// more.
/// </summary>
internal sealed class StopSignals : IDisposable
{
    // .NET has no name for SIGUSR1, but takes the number that Linux gives it.
    private static readonly (PosixSignal Signal, int Number)[] Known =
        [
            (PosixSignal.SIGHUP, 1), (PosixSignal.SIGINT, 2), (PosixSignal.SIGQUIT, 3), (PosixSignal.SIGTERM, 15),
            .. OperatingSystem.IsLinux() ? [((PosixSignal)10, 10)] : Array.Empty<(PosixSignal, int)>(),
        ];

    private readonly CancellationTokenSource stop = new();
    private readonly List<PosixSignalRegistration> registrations = [];
    private readonly Action first;
    private int number;

    /// <summary>Listens from now on.</summary>
    /// <param name="first">Called at the first signal, on a thread of its own.</param>
    public StopSignals(Action first)
    {
        this.first = first;
        foreach (var (signal, signalNumber) in Known)
            if (!IsIgnored(signalNumber)) registrations.Add(PosixSignalRegistration.Create(signal, Handle));
    }

    /// <summary>The same for work in steps that are kept, which says that it will stop.</summary>
    public static StopSignals Of(Screen screen) =>
        new(() => screen.Output.WriteLine("stopping after this step, and keeping what is done; once more stops at once"));

    /// <summary>Cancelled by the first signal.</summary>
    public CancellationToken Token => stop.Token;

    /// <summary>What ends a run that the signal stopped.</summary>
    /// <param name="message">What was saved, and how to go on.</param>
    /// <param name="cause">How the run noticed; null for nothing.</param>
    public StoppedException Stopped(string message, Exception? cause = null) => new(message, ExitCode.Signalled + number, cause);

    /// <summary>Gives the signals back.</summary>
    public void Dispose()
    {
        foreach (var registration in registrations) registration.Dispose();
        stop.Dispose();
    }

    private void Handle(PosixSignalContext context)
    {
        if (stop.IsCancellationRequested) return;
        context.Cancel = true;
        number = Known.First(known => known.Signal == context.Signal).Number;
        stop.Cancel();
        first();
    }

    // Whoever starts a program with a signal ignored, such as nohup with SIGHUP, wants it to go on.
    private static bool IsIgnored(int number)
    {
        const string file = "/proc/self/status";
        const string field = "SigIgn:";
        var line = File.Exists(file) ? File.ReadLines(file).FirstOrDefault(l => l.StartsWith(field, StringComparison.Ordinal)) : null;
        if (line is null) return false;
        var mask = ulong.Parse(line.AsSpan(field.Length).Trim(), NumberStyles.HexNumber, CultureInfo.InvariantCulture);
        return (mask >> (number - 1) & 1) == 1;
    }
}
