using System.CommandLine;
using System.Globalization;
using MIOpenDarts.Cli.Usage;
using MIOpenDarts.Darts.Algorithms;
using MIOpenDarts.Darts.Costs;
using MIOpenDarts.Darts.Distributed;
using MIOpenDarts.Darts.Options;
using MIOpenDarts.Darts.Studies.Pareto;
using MIOpenDarts.Darts.Studies.Seeds;

namespace MIOpenDarts.Cli.Commands;

/// <summary><c>miopendarts pareto</c>: the whole trade-off between cost and accuracy, as a front.</summary>
internal static class ParetoCommand
{
    public const string Name = "pareto";
    private const string Paper = "darts";

    /// <summary>What the help says below the options.</summary>
    public static string Footer =>
        """
        Three ways to a front:
          with --weights or --targets   a search for each value and seed; what they find is judged by the weights of one supernet for each
                                        seed, trained on random paths for --epochs; with --retrain it is trained from scratch
          with neither                  one supernet is trained on random paths, then NSGA-II evolves genotypes by its weights; with
                                        --short-training it evolves them by a training of each; with --retrain the fronts are trained
          with --truth                  NSGA-II on NAS-Bench-201 against known accuracies; --cost is a column of the table, such as fpga_ms,
                                        or a cost of the benchmark's own network, such as macs or latency:rx580-b64-inference
        --evolution regularised puts regularised evolution in the place of NSGA-II: it looks for the least error within --target and for
        nothing else, and the front is of all that it came by. Its children are evaluated one after the other: on images --jobs J only leaves
        each of them a J-th of the threads.

        The folder gets archive.jsonl, front.csv and report.html. What was evaluated or trained is kept there: after a stop the same command
        with the same --out goes on and ends with the same bits, and several processes that are given it share the work. Random genotypes,
        as many, stand beside the result; beside a sweep they cost what was found costs, within 5 % of the range of the space and within the
        limit, or are the nearest of 1000 draws.

        Examples:
          miopendarts pareto --space nas-bench-201 --truth data/truth/nas-bench-201.tsv.gz --cost fpga_ms --evaluations 520
          miopendarts pareto --truth data/truth/nas-bench-201.tsv.gz --cost fpga_ms --target 3 --evolution regularised --population 50
          miopendarts pareto --cost macs --preset demo --evaluations 100 --population 20 --retrain 10 --out runs/front
          miopendarts pareto --cost macs --preset demo --short-training 2 --evaluations 40 --population 10 --out runs/trained
          miopendarts pareto --cost latency:cpu-b1.json --weights 0,0.1,1 --seeds 0..2 --retrain 10 --out runs/sweep
          mpirun --bind-to none -n 4 miopendarts pareto --cost macs --preset demo --short-training 2 --out runs/shared
        """;

    public static Command Create(Screen screen)
    {
        var truth = OptionNames.Path("--truth", "TABLE", "Known accuracies of all cells of the space, in place of any training.");
        var accuracy = OptionNames.Path("--accuracy", "COLUMN", "With --truth: the accuracy, a column of the table [cifar10].");
        var weights = OptionNames.Path("--weights", "LIST", "Values of --cost-weight to search with, such as 0,0.1,1.");
        var targets = OptionNames.Path("--targets", "LIST", "Values of --target to search with.");
        var seeds = OptionNames.Path("--seeds", "LIST", "Seeds, such as 0..3 or 0,1,5 [0..2].");
        var evolution = OptionNames.OneOf(
            "--evolution", "For cost and error, or for the least error within --target alone.", Evolving.Evolutions);
        var evaluations = OptionNames.Number("--evaluations", "Genotypes that each seed evaluates [200].", 1, 1_000_000);
        var population = OptionNames.Number("--population", "Genotypes of a generation, or alive at a time [40].", 2, 100_000);
        var jobs = OptionNames.Number("--jobs", "How many are evaluated, or seeds searched, side by side [1].", 1, 1024);
        var shortTraining = OptionNames.Number(
            "--short-training", "Epochs of a training of every genotype from scratch, in place of one supernet's weights [0].", 1, 100_000);
        var retrain = OptionNames.Number(
            "--retrain", "Epochs of a training of every found cell, or of every genotype on a front [0].", 1, 100_000);
        var preset = new Option<string?>("--preset")
        {
            HelpName = string.Join('|', SearchPresets.Names),
            Description = "Settings to start from, as for search.",
        };
        var config = OptionNames.Path("--config", "FILE", "Options from a .json or .yaml file, as for search.");
        var output = OptionNames.Path("--out", "FOLDER", "Folder for everything (default: runs/ and the time).");
        var gather = new Option<bool>("--gather")
        {
            Description = "With the words of a study and its --out: build the report from what is done, and do no more.",
        };
        var command = new Command(Name, "Find the front between cost and accuracy.")
        {
            truth, accuracy, weights, targets, seeds, evolution, evaluations, population, shortTraining, jobs, retrain, preset, config,
            output, gather,
        };
        var fields = new FieldOptions(SearchOptions.Table.All.Select(f => ((OptionDefinition)f, f.Show(SearchPresets.Get(Paper)))));
        fields.AddTo(command);
        command.SetAction(parsed =>
        {
            var typed = fields.Typed(parsed).ToList();
            if (parsed.GetValue(truth) is not null)
                OptionsApart.Refuse(parsed, "with --truth", weights, targets, preset, config, shortTraining, retrain);
            else OptionsApart.Refuse(parsed, "without --truth", accuracy);
            if (parsed.GetValue(weights) is not null)
                OptionsApart.Refuse(parsed, "with --weights", targets, evolution, evaluations, population, shortTraining);
            else if (parsed.GetValue(targets) is not null)
                OptionsApart.Refuse(parsed, "with --targets", evolution, evaluations, population, shortTraining);
            else if (parsed.GetValue(truth) is null)
                EvolvingOnImages.RequireRead(typed.Select(option => option.Key), parsed.GetValue(shortTraining) is not null);

            var gathers = parsed.GetValue(gather);
            if (gathers && !Directory.Exists(parsed.GetValue(output)))
                throw new OptionsException("--gather needs --out, the folder of a study that was begun");
            using var ranks = gathers ? null : Ranks.Join(Failures.ReportedOfRank);
            string Folder() => parsed.GetValue(output) ?? NewRun.Folder();
            FrontWork Open(Screen to, string folder)
            {
                var atOnce = parsed.GetValue(jobs) ?? 1;
                var plan = new EvolutionPlan(
                    SeedList.Parse(parsed.GetValue(seeds) ?? "0..2"), parsed.GetValue(evolution)!, parsed.GetValue(evaluations) ?? 200,
                    parsed.GetValue(population) ?? 40, atOnce, (ranks?.LocalRank ?? 0) * atOnce, parsed.GetValue(shortTraining) ?? 0,
                    parsed.GetValue(retrain) ?? 0, gathers);
                return (parsed.GetValue(truth), parsed.GetValue(weights) ?? parsed.GetValue(targets)) switch
                {
                    ({ } table, _) => Evolving.OnTable(to, folder, plan, table, parsed.GetValue(accuracy) ?? "cifar10", typed),
                    (null, { } values) => Sweeping.Open(
                        to, folder, parsed.GetValue(weights) is null ? "target" : "cost_weight", Numbers(values),
                        parsed.GetValue(seeds) ?? "0..2", parsed.GetValue(preset), parsed.GetValue(config), typed, parsed.GetValue(jobs),
                        parsed.GetValue(retrain), ranks, gathers),
                    _ => FrontWork.From(new EvolvingOnImages(
                        to, folder, plan, SearchOptions.Table.Resolve(parsed.GetValue(preset), parsed.GetValue(config), typed)).Run),
                };
            }

            if (ranks is not null)
                return ParetoRanks.ToEnd(
                    ranks, screen, OptionNames.Line(parsed), Folder, Open, (folder, study) => Write(screen, folder, study));
            var alone = Folder();
            var front = Open(screen, alone);
            using var signals = StopSignals.Of(screen);
            front.Work(signals);
            var study = front.Gather(signals);
            // What came after the last step, or while nothing but files was read.
            if (signals.Token.IsCancellationRequested)
                throw signals.Stopped($"stopped before the report; the same command with --out {alone} goes on");
            Write(screen, alone, study);
            return ExitCode.Done;
        });
        return command;
    }

    /// <summary>The cost that every way needs.</summary>
    /// <exception cref="OptionsException">None was given.</exception>
    public static string RequireCost(string? cost) => cost is null or CostName.None
        ? throw new OptionsException($"pareto needs a --cost; allowed is {CostName.Allowed}")
        : cost;

    private static void Write(Screen screen, string folder, ParetoStudy study)
    {
        // It is told even where the folder cannot be written any more.
        screen.Output.Write(ParetoText.Render(study));
        foreach (var (name, text) in new[]
        {
            ("archive.jsonl", ParetoText.JsonLines(study)), ("front.csv", ParetoText.Csv(study)),
            ("report.html", ParetoReport.Render(study)),
        })
            OutputFile.Write("--out", Path.Combine(folder, name), text);
        screen.Output.WriteLine($"report   {Path.Combine(folder, "report.html")}");
    }

    private static List<string> Numbers(string list)
    {
        var words = list.Split(',', StringSplitOptions.TrimEntries).ToList();
        var wrong = words.Find(word => !double.TryParse(word, NumberStyles.Float, CultureInfo.InvariantCulture, out _));
        return wrong is null
            ? words
            : throw new OptionsException($"'{wrong}' in '{list}' is no number; allowed are numbers with commas between, such as 0,0.1,1");
    }
}

/// <summary>What an evolution is told.</summary>
/// <param name="Seeds">A search each.</param>
/// <param name="Evolution">Name of the evolution.</param>
/// <param name="Evaluations">Genotypes of each search.</param>
/// <param name="Population">Genotypes of a generation, or alive at a time.</param>
/// <param name="Jobs">Evaluations at a time.</param>
/// <param name="FirstJob">Number of the first of them among those of all processes of this machine, which take GPUs in turn.</param>
/// <param name="ShortTraining">Epochs for which each genotype is trained; 0 for the weights of one supernet.</param>
/// <param name="Retrain">Epochs for which what lies on the fronts is trained; 0 for none.</param>
/// <param name="Gathers">Whether it only puts together what is recorded: each search up to the first generation that is not.</param>
internal sealed record EvolutionPlan(
    IReadOnlyList<ulong> Seeds, string Evolution, int Evaluations, int Population, int Jobs, int FirstJob, int ShortTraining, int Retrain,
    bool Gathers);
