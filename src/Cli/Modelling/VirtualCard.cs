using System.ComponentModel;
using System.Diagnostics;
using System.Runtime.InteropServices;
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

    /// <summary>Runs something on the modelled card that this process has, or starts this program once more where it has none.</summary>
    /// <param name="screen">Where it writes.</param>
    /// <param name="card">One of <see cref="TimeModel.Cards"/>.</param>
    /// <param name="changes">Further variables of the virtual gfx803 with their values.</param>
    /// <param name="arguments">Of this program.</param>
    /// <param name="run">What is run, and returns the exit code.</param>
    /// <returns>The exit code.</returns>
    /// <exception cref="IOException">The command that starts it is not there; the message has the cure.</exception>
    public static int Run(
        Screen screen, string card, IReadOnlyDictionary<string, string> changes, IEnumerable<string> arguments, Func<TimeModel, int> run)
    {
        if (TimeModel.Here() is { } model) return run(model);
        if (TimeModel.IsAskedFor) return Failures.Report(screen.Error, TimeModel.TooOld, ExitCode.Failed);
        if (Environment.GetEnvironmentVariable(Launcher) is not { Length: > 0 } launcher)
            return Failures.Report(screen.Error, Cure, ExitCode.Failed);
        var program = Path.Combine(AppContext.BaseDirectory, "miopendarts.dll");
        var start = new ProcessStartInfo(launcher, ["dotnet", "exec", program, .. arguments]);
        start.Environment[TimeModel.CardVariable] = card;
        // Only what is counted is executed, and a launch that differs in addresses only is counted once.
        start.Environment["VGPU_TIME_SAMPLE"] = "once";
        foreach (var (variable, value) in changes) start.Environment[variable] = value;
        // Ctrl-C reaches both processes; the other one ends in its own way.
        using var interrupts = PosixSignalRegistration.Create(PosixSignal.SIGINT, context => context.Cancel = true);
        using var process = Start(start);
        process.WaitForExit();
        return process.ExitCode;
    }

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
