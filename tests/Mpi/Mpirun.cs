using System.Diagnostics;

namespace MIOpenDarts.Tests.Mpi;

/// <summary>Starts programs as the ranks of a real MPI, of those that Debian has side by side.</summary>
internal sealed record Mpirun(string Launcher, string[] Own, string Package)
{
    private static readonly Mpirun OpenMpi = new(
        "mpirun.openmpi", ["--allow-run-as-root", "--oversubscribe", "--bind-to", "none"], "openmpi-bin");

    private static readonly Mpirun Mpich = new("mpirun.mpich", [], "mpich");

    /// <summary>openmpi or mpich; where it is missing the test is skipped with the way to get it.</summary>
    public static Mpirun Of(string name)
    {
        var found = name == "openmpi" ? OpenMpi : Mpich;
        var paths = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':');
        Assert.SkipUnless(paths.Any(path => File.Exists(Path.Combine(path, found.Launcher))),
            $"There is no {found.Launcher}: apt-get install {found.Package}.");
        return found;
    }

    /// <summary>Starts the launcher.</summary>
    /// <param name="ranks">How many processes it shall start.</param>
    /// <param name="program">What they run.</param>
    /// <param name="environment">Variables of the launcher, which its processes get too.</param>
    public Process Start(int ranks, IEnumerable<string> program, params (string Name, string? Value)[] environment) =>
        Start(ranks, [], program, environment);

    /// <summary>The same with further options of the launcher.</summary>
    public Process Start(int ranks, string[] options, IEnumerable<string> program, params (string Name, string? Value)[] environment)
    {
        // A shell that runs the tests in the background has them ignore SIGINT, and nohup SIGHUP; children inherit that.
        var start = new ProcessStartInfo(
            "env", ["--default-signal=HUP,INT,QUIT,TERM", Launcher, .. Own, .. options, "-n", $"{ranks}", .. program])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var (name, value) in environment) start.Environment[name] = value;
        return Process.Start(start)!;
    }

    /// <summary>Starts the launcher and waits for it.</summary>
    public async Task<(int Code, string Output, string Error)> RunAsync(
        int ranks, IEnumerable<string> program, params (string Name, string? Value)[] environment)
    {
        using var process = Start(ranks, program, environment);
        return await EndAsync(process);
    }

    /// <summary>Waits for a launcher. What hangs is ended, so that a test fails rather than wait for ever.</summary>
    public static async Task<(int Code, string Output, string Error)> EndAsync(Process process)
    {
        var (output, error) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(5));
        try
        {
            await process.WaitForExitAsync(limit.Token);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            Assert.Fail($"no end within five minutes: {await output}{await error}");
        }

        return (process.ExitCode, await output, await error);
    }
}
