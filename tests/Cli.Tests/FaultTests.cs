using MIOpenDarts.Darts.Options;
using MIOpenDarts.Darts.Records;

namespace MIOpenDarts.Cli.Tests;

/// <summary>A fault that nobody foresaw: one plain line, its own exit code, and a file with the details.</summary>
public sealed class FaultTests
{
    public static TheoryData<string> Commands =>
        [.. CommandLine.Root(new Screen(TextWriter.Null, TextWriter.Null)).Subcommands.Select(command => command.Name)];

    [Theory]
    [MemberData(nameof(Commands))]
    public void A_fault_in_any_command_is_one_line_that_names_the_file_with_the_details(string name)
    {
        using var error = new StringWriter();
        var screen = new Screen(TextWriter.Null, error);
        var root = CommandLine.Root(screen);
        var command = root.Subcommands.Single(c => c.Name == name);
        command.SetAction((Func<System.CommandLine.ParseResult, int>)(_ => throw new InvalidCastException("first\nsecond")));
        string[] words = [name, .. command.Arguments.Where(argument => argument.Arity.MinimumNumberOfValues > 0).Select(_ => "word")];
        Assert.Equal(70, CommandLine.Run(root, words, screen));
        var details = DetailsOf(error.ToString(), "(InvalidCastException: first second)", Path.GetTempPath());
        Assert.Contains("System.InvalidCastException: first\nsecond\n   at ", details);
        Assert.Contains(nameof(FaultTests), details);
    }

    [Fact]
    public void A_fault_in_a_run_leaves_the_details_in_its_folder_and_its_work_unharmed()
    {
        using var tiny = new TinySearch();
        Assert.Equal(0, Command.Run(tiny.Args("whole")).Code);
        using var output = new Faulty("epoch 2/2  step 3");
        using var error = new StringWriter();
        Assert.Equal(70, CommandLine.Run(tiny.Args("run"), new Screen(output, error)));
        Assert.Contains(nameof(Faulty), DetailsOf(error.ToString(), "(InvalidCastException: fault)", tiny.In("run")));
        var end = Assert.IsType<RunEnded>(tiny.Log("run")[^1]);
        Assert.Equal(RunOutcome.Failed, end.Outcome);
        Assert.Contains(tiny.In("run"), end.Message);
        Assert.DoesNotContain("   at ", end.Message);
        Assert.Equal(0, Command.Run("search", "--resume", tiny.In("run")).Code);
        tiny.AssertSameEnd("whole", "run");
    }

    [Fact]
    public void A_fault_in_one_seed_of_a_study_is_told_without_a_stack_trace()
    {
        using var tiny = new TinySearch { Epochs = 1 };
        using var output = new Faulty("seed 1  epoch 1/1 done");
        using var error = new StringWriter();
        Assert.Equal(70, CommandLine.Run(tiny.Args("study", "--seeds", "0..1"), new Screen(output, error)));
        var line = Assert.Single(error.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries));
        Assert.Contains("seed 1: an unexpected fault (InvalidCastException: fault)", line);
        Assert.Contains("1 of 2 seeds are done", line);
        Assert.DoesNotContain("   at ", line);
        Assert.Contains(nameof(Faulty),
            File.ReadAllText(Assert.Single(Directory.GetFiles(tiny.In(Path.Combine("study", "seed-1")), "miopendarts-fault-*"))));
    }

    [Fact]
    public async Task A_fault_on_a_thread_that_nobody_waits_for_is_told_in_the_same_way()
    {
        using var tiny = new TinySearch { Epochs = 100 };
        using var process = Command.Start(tiny.Args("run"), ("DOTNET_STARTUP_HOOKS", typeof(FaultTests).Assembly.Location));
        var outcome = await Command.End(process);
        Assert.Equal(70, outcome.Code);
        Assert.Contains("System.InvalidCastException: fault of a thread\n   at StartupHook.",
            DetailsOf(outcome.Error, "(InvalidCastException: fault of a thread)", Path.GetTempPath()));
    }

    [Fact]
    public void Details_that_cannot_be_written_are_told_as_such()
    {
        var fault = FaultException.Create(new InvalidCastException("fault."), Path.Combine(Path.GetTempPath(), "nowhere", "at all"));
        Assert.StartsWith("an unexpected fault (InvalidCastException: fault), please report it; the details cannot be written into ",
            fault.Message);
    }

    [Fact]
    public void What_is_expected_is_told_as_it_is_and_writes_nothing()
    {
        foreach (var expected in new Exception[]
            { new IOException("no disk"), new OptionsException("no option"), new Darts.Genotypes.GenotypeFormatException("no edge") })
            Assert.Same(expected, Failures.Reported(expected, "nowhere"));
    }

    [Fact]
    public void A_standard_error_that_is_gone_leaves_the_exit_code()
    {
        using var gone = new StringWriter();
        gone.Dispose();
        Assert.Equal(2, Failures.Report(gone, "message", 2));
    }

    private static string DetailsOf(string error, string cause, string folder)
    {
        var line = Assert.Single(error.Split('\n', StringSplitOptions.RemoveEmptyEntries));
        Assert.StartsWith($"miopendarts: an unexpected fault {cause}, please report it; details in {folder}", line);
        Assert.DoesNotContain("   at ", line);
        var file = line[(line.IndexOf("details in ", StringComparison.Ordinal) + "details in ".Length)..];
        var details = File.ReadAllText(file);
        File.Delete(file);
        return details.ReplaceLineEndings("\n");
    }

    private sealed class Faulty(string at) : StringWriter
    {
        public override void WriteLine(string? value)
        {
            if (value!.StartsWith(at, StringComparison.Ordinal)) throw new InvalidCastException("fault");
        }
    }
}
