using System.Diagnostics;

namespace MIOpenDarts.Cli.Tests;

/// <summary>What a command said and how it ended.</summary>
internal sealed record Outcome(int Code, string Output, string Error);

/// <summary>Runs the command, in this process or as a process of its own.</summary>
internal static class Command
{
    public static Outcome Run(params string[] args)
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        var code = CommandLine.Run(args, new Screen(output, error));
        return new Outcome(code, output.ToString(), error.ToString());
    }

    /// <summary>
    /// Runs it and requires a failure that a user can act on: one line, no stack trace, the words that name cause and cure.
    /// </summary>
    public static void Refuses(int code, string[] args, params string[] words)
    {
        var outcome = Run(args);
        AssertOneLine(outcome.Error, words);
        Assert.Equal(code, outcome.Code);
    }

    public static void AssertOneLine(string error, params string[] words)
    {
        var line = Assert.Single(error.Split('\n', StringSplitOptions.RemoveEmptyEntries));
        Assert.StartsWith("miopendarts: ", line);
        Assert.DoesNotContain("unexpected", line);
        Assert.All(words, word => Assert.Contains(word, line));
    }

    // A shell that runs the tests in the background has them ignore SIGINT, and nohup SIGHUP; children inherit that.
    public static Process Start(IEnumerable<string> args, params (string Name, string Value)[] environment) =>
        OperatingSystem.IsLinux()
            ? Start("env", ["--default-signal=HUP,INT,QUIT,TERM", "dotnet", Program, .. args], environment)
            : Start("dotnet", [Program, .. args], environment);

    public static Process Start(string file, IEnumerable<string> args, params (string Name, string Value)[] environment)
    {
        var start = new ProcessStartInfo(file, args) { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var (name, value) in environment) start.Environment[name] = value;
        return Process.Start(start)!;
    }

    public static async Task<Outcome> End(Process process)
    {
        var (output, error) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        await process.WaitForExitAsync();
        return new Outcome(process.ExitCode, await output, await error);
    }

    /// <summary>The program as it was built beside the tests.</summary>
    public static string Program { get; } = Path.Combine(AppContext.BaseDirectory, "miopendarts.dll");
}
