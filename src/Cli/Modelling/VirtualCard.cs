using System.CommandLine;
using System.ComponentModel;
using System.Diagnostics;
using System.Runtime.InteropServices;
using MIOpenDarts.Darts.Options;
using MIOpenDarts.Layers.Diagnostics;
using MIOpenDarts.Layers.Machine;

namespace MIOpenDarts.Cli.Modelling;

/// <summary>Runs this program once more, on the virtual gfx803 with a card's time model.</summary>
internal static class VirtualCard
{
    /// <summary>The environment variable with the command that runs a program on the virtual gfx803.</summary>
    public const string Launcher = "MIOPENDARTS_VGPU_EXEC";

    /// <summary>What to do where there is no virtual gfx803.</summary>
    public const string Cure =
        "the time model belongs to the virtual gfx803, which is not set up here: run native/virtual-gpu/setup.sh (root, 7 GB, once) "
        + "and set " + Launcher + " to the full path of native/virtual-gpu/exec";

    // How native/virtual-gpu/exec ends where there is no virtual gfx803 that it could start; it says why. Faults in options end alike, but
    // they were told before it was asked.
    private const int LauncherRefuses = 2;

    private static readonly (PosixSignal Signal, int Number)[] PassedOn = [(PosixSignal.SIGHUP, 1), (PosixSignal.SIGTERM, 15)];

    /// <summary>Runs something on the modelled card that this process has, or starts this program once more where it has none.</summary>
    /// <param name="screen">Where it writes.</param>
    /// <param name="parsed">The command line, which the other process gets as it is.</param>
    /// <param name="device">The option with one of <see cref="TimeModel.Cards"/>.</param>
    /// <param name="changes">Further variables of the virtual gfx803 with their values.</param>
    /// <param name="paths">Files and folders that the other process has to see.</param>
    /// <param name="run">What is run, and returns the exit code.</param>
    /// <param name="without">What is done where there is no virtual gfx803; null for nothing but to say so.</param>
    /// <returns>The exit code.</returns>
    /// <exception cref="OptionsException">
    /// This process has another card, or a path lies where the virtual gfx803 has files of its own.
    /// </exception>
    /// <exception cref="IOException">The command that starts it is not there; the message has the cure.</exception>
    public static int Run(
        Screen screen, ParseResult parsed, Option<string> device, IReadOnlyDictionary<string, string> changes, IEnumerable<string> paths,
        Func<TimeModel, int> run, Func<int>? without = null)
    {
        var card = parsed.GetValue(device)!;
        if (TimeModel.Here() is { } model)
        {
            return card == model.Card || parsed.GetResult(device) is not { Implicit: false }
                ? run(model)
                : throw new OptionsException(
                    $"{device.Name} is {card}, but this process has {TimeModel.CardVariable}={model.Card}; leave one of the two out");
        }

        if (TimeModel.IsAskedFor) return Failures.Report(screen.Error, TimeModel.TooOld, ExitCode.Failed);
        if (Environment.GetEnvironmentVariable(Launcher) is not { Length: > 0 } launcher)
            return without?.Invoke() ?? Failures.Report(screen.Error, Cure, ExitCode.Failed);
        var program = Path.Combine(AppContext.BaseDirectory, "miopendarts.dll");
        var start = new ProcessStartInfo(launcher, ["dotnet", "exec", program, .. parsed.Tokens.Select(token => token.Value)]);
        start.Environment[TimeModel.CardVariable] = card;
        // Only what is counted is executed, and a launch that differs in addresses only is counted once.
        start.Environment["VGPU_TIME_SAMPLE"] = "once";
        start.Environment[VisibleFolders.Variable] = VisibleFolders.Of(paths);
        foreach (var (variable, value) in changes) start.Environment[variable] = value;
        // Ctrl-C reaches both processes; the other one ends in its own way, at other signals too.
        using var interrupts = PosixSignalRegistration.Create(PosixSignal.SIGINT, context => context.Cancel = true);
        using var process = Start(start);
        var registrations = PassedOn.Select(passed => PosixSignalRegistration.Create(passed.Signal, context =>
        {
            context.Cancel = true;
            _ = kill(process.Id, passed.Number);
        })).ToList();
        process.WaitForExit();
        foreach (var registration in registrations) registration.Dispose();
        return process.ExitCode == LauncherRefuses && without is not null ? without() : process.ExitCode;
    }

    [DllImport("libc")]
    private static extern int kill(int process, int signal);

    private static Process Start(ProcessStartInfo start)
    {
        try
        {
            return Process.Start(start)!;
        }
        catch (Win32Exception e)
        {
            var cause = new Win32Exception(e.NativeErrorCode).Message;
            throw new IOException(
                $"{Launcher} is '{start.FileName}', which cannot be started ({cause}); "
                + "set it to the full path of native/virtual-gpu/exec", e);
        }
    }
}
