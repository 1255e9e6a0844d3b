using System.ComponentModel;
using System.Diagnostics;
using MIOpenDarts.Layers.Diagnostics;

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

    /// <summary>Starts it and waits; it writes where this process writes.</summary>
    /// <param name="launcher">The command.</param>
    /// <param name="card">One of <see cref="TimeModel.Cards"/>.</param>
    /// <param name="changes">Further variables of the time model with their values.</param>
    /// <param name="arguments">Of this program.</param>
    /// <returns>Its exit code.</returns>
    /// <exception cref="IOException">There is no such command; the message has the cure.</exception>
    public static int Run(string launcher, string card, IReadOnlyDictionary<string, string> changes, IEnumerable<string> arguments)
    {
        var program = Path.Combine(AppContext.BaseDirectory, "miopendarts.dll");
        var start = new ProcessStartInfo(launcher, ["dotnet", "exec", program, .. arguments]);
        start.Environment[TimeModel.CardVariable] = card;
        // Only what is counted is executed, and a launch that differs in addresses only is counted once.
        start.Environment["VGPU_TIME_SAMPLE"] = "once";
        foreach (var (variable, value) in changes) start.Environment[variable] = value;
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
