using System.Diagnostics;

namespace MIOpenDarts.Cli.Tests;

/// <summary>Standard output that fails: told once, by its name, and nothing is lost.</summary>
public sealed class StandardOutputTests : IDisposable
{
    private readonly TinySearch tiny = new();

    public void Dispose() => tiny.Dispose();

    [Fact]
    public void A_failing_output_is_told_once_and_makes_the_command_fail()
    {
        using var error = new StringWriter();
        using var failing = new Failing();
        using var output = new StandardOutput(failing, error);
        Assert.Equal(1, output.Code(CommandLine.Run(["show", "DARTS_V2"], new Screen(output, error))));
        output.WriteLine("more");
        Command.AssertOneLine(error.ToString(), "the standard output cannot be written (no space left); going on without it");
        Assert.Equal(2, output.Code(2));
    }

    [Fact]
    public void A_run_without_output_comes_to_its_end()
    {
        Assert.Equal(0, Command.Run(tiny.Args("whole")).Code);
        using var error = new StringWriter();
        using var failing = new Failing();
        using var output = new StandardOutput(failing, error);
        Assert.Equal(0, CommandLine.Run(tiny.Args("run"), new Screen(output, error)));
        Command.AssertOneLine(error.ToString(), "the standard output");
        tiny.AssertSameEnd("whole", "run");
    }

    [Fact]
    public void An_output_that_works_changes_nothing()
    {
        using var inner = new StringWriter();
        using var output = new StandardOutput(inner, TextWriter.Null);
        output.Write('a');
        output.Write("b");
        output.Write("cd".ToCharArray(), 1, 1);
        output.WriteLine("e");
        output.Flush();
        Assert.Equal("abde\n", inner.ToString());
        Assert.Equal(0, output.Code(0));
    }

    [Theory]
    [InlineData("> /dev/full", 1, "the standard output cannot be written (No space left on device")]
    [InlineData("2>&1 >&- | head -1", 0, "")]
    [InlineData("| head -1", 0, "")]
    public async Task A_process_with_a_full_a_closed_or_a_broken_output_ends_its_run(string redirection, int code, string told)
    {
        Assert.SkipUnless(File.Exists("/dev/full"), "there is no /dev/full; run this on Linux");
        var search = $"dotnet '{Command.Program}' {string.Join(' ', tiny.Args("run").Select(arg => $"'{arg}'"))}";
        using var process = Command.Start("sh", ["-c", $"{search} {redirection}"]);
        var outcome = await Command.End(process);
        Assert.Equal(code, outcome.Code);
        if (told.Length > 0) Command.AssertOneLine(outcome.Error, told);
        Assert.True(File.Exists(Path.Combine(tiny.In("run"), "genotype.txt")));
    }

    private sealed class Failing : StringWriter
    {
        public override void WriteLine(string? value) => throw new IOException("no space left.");

        public override void Write(string? value) => throw new IOException("no space left.");
    }
}
