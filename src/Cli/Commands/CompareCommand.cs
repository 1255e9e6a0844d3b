using System.CommandLine;
using MIOpenDarts.Cli.Usage;
using MIOpenDarts.Darts.Evolution;
using MIOpenDarts.Darts.Options;
using MIOpenDarts.Darts.Studies.Comparison;

namespace MIOpenDarts.Cli.Commands;

/// <summary><c>miopendarts compare</c>: a table over several trainings.</summary>
internal static class CompareCommand
{
    public const string Name = "compare";

    /// <summary>What the help says below the options.</summary>
    public static string Footer =>
        """
        Trainings that differ in their seed only are one row, with mean and standard deviation. Folders of searches give the cost of the
        genotypes that they found, and put trainings together whose searches differ in their seed only: one row for each method. What is no
        run, and a run that was given before, is left out with a line that says so. With --truth searches are compared instead, by what a
        table knows of the cells that they found.

        Examples:
          miopendarts compare runs/found runs/trained runs/resnet20
          miopendarts compare runs/* --csv table.csv --html table.html
          miopendarts compare runs/* --cost memory,latency:table.json
          miopendarts compare runs/* --truth nas-bench-201.tsv.gz
        """;

    public static Command Create(Screen screen)
    {
        var runs = new Argument<string[]>("runs")
        {
            Description = "Folders of trainings, and of searches.",
            Arity = ArgumentArity.OneOrMore,
        };
        var csv = OptionNames.Path("--csv", "FILE", "Write the table as CSV.");
        var html = OptionNames.Path("--html", "FILE", "Write the table as a page.");
        var cost = CostArguments.Names("Costs of the networks, a column each.");
        var truth = OptionNames.Path("--truth", "FILE", "Compare searches by a table of trained networks, as data/truth has.");
        var command = new Command(Name, "Compare trainings: parameters, arithmetic, cost, accuracy over seeds.")
        {
            runs, csv, html, cost, truth,
        };
        command.SetAction(parsed =>
        {
            if (parsed.GetValue(truth) is { } known)
            {
                OptionsApart.Refuse(parsed, "with --truth", csv, html, cost);
                screen.Output.Write(TruthComparison.Read(
                    parsed.GetValue(runs)!, TruthTable.Read(known), line => Failures.Report(screen.Error, line, ExitCode.Done)).ToText());
                return ExitCode.Done;
            }

            var table = RunComparison.Read(
                parsed.GetValue(runs)!, CostArguments.Open(parsed.GetValue(cost)),
                line => Failures.Report(screen.Error, line, ExitCode.Done));
            screen.Output.Write(table.ToText());
            if (parsed.GetValue(csv) is { } text) OutputFile.Write("--csv", text, table.ToCsv());
            if (parsed.GetValue(html) is { } page) OutputFile.Write("--html", page, table.ToHtml());
            return ExitCode.Done;
        });
        return command;
    }
}
