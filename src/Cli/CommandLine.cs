using System.CommandLine;
using System.CommandLine.Completions;
using System.CommandLine.Help;
using System.CommandLine.Invocation;
using MIOpenDarts.Cli.Commands;
using MIOpenDarts.Cli.Usage;
using MIOpenDarts.Darts.Records;

namespace MIOpenDarts.Cli;

/// <summary>The whole command: words in, exit code out.</summary>
internal static class CommandLine
{
    /// <summary>Runs one command.</summary>
    public static int Run(string[] args, Screen screen) => Run(Root(screen), args, screen);

    /// <summary>Runs one of some commands.</summary>
    public static int Run(RootCommand root, string[] args, Screen screen)
    {
        var configuration = new InvocationConfiguration
        {
            Output = screen.Output,
            Error = screen.Error,
            EnableDefaultExceptionHandler = false,
        };
        if (args.Length == 0)
        {
            root.Parse("--help").Invoke(configuration);
            return ExitCode.Usage;
        }

        // As with git and dotnet: "help search" is "search --help".
        if (args[0] == "help") args = [.. args[1..], "--help"];
        var parsed = root.Parse(args);
        // A shell asks, by a directive before the words that are to be completed.
        if (root.Directives.OfType<SuggestDirective>().Any(suggest => parsed.GetResult(suggest) is not null))
            return parsed.Invoke(configuration);
        var asksForHelp = parsed.Action is HelpPage && parsed.UnmatchedTokens.Count == 0;
        if (!asksForHelp && UsageError.Explain(parsed) is { } wrong) return Failures.Report(screen.Error, wrong, ExitCode.Usage);
        return Failures.Guard(screen.Error, () => parsed.Invoke(configuration));
    }

    /// <summary>All commands.</summary>
    public static RootCommand Root(Screen screen)
    {
        var root = new RootCommand("Differentiable architecture search (DARTS).")
        {
            SearchCommand.Create(screen),
            TrainCommand.Create(screen),
            EvaluateCommand.Create(screen),
            ExportCommand.Create(screen),
            DecomposeCommand.Create(screen),
            PruneCommand.Create(screen),
            CompressCommand.Create(screen),
            QuantizeCommand.Create(screen),
            PredictCommand.Create(screen),
            CompareCommand.Create(screen),
            DataCommand.Create(screen),
            DemoCommand.Create(screen),
            ShowCommand.Create(screen),
            BenchCommand.Create(screen),
            InfoCommand.Create(screen),
            DoctorCommand.Create(screen),
            WarmupCommand.Create(screen),
            ForecastCommand.Create(screen),
            ProfileCommand.Create(screen),
            ParetoCommand.Create(screen),
            CompletionCommand.Create(screen),
        };
        var help = root.Options.OfType<HelpOption>().Single();
        help.Action = new HelpPage((HelpAction)help.Action!);
        help.Description = "Show this help.";
        var version = root.Options.OfType<VersionOption>().Single();
        version.Action = new VersionLine(screen);
        version.Description = "Show the version.";
        return root;
    }

    private sealed class VersionLine(Screen screen) : SynchronousCommandLineAction
    {
        public override int Invoke(ParseResult parseResult)
        {
            screen.Output.WriteLine($"miopendarts {RunEnvironment.ThisVersion}");
            return ExitCode.Done;
        }
    }
}
