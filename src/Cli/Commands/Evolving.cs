using System.Globalization;
using MIOpenDarts.Cli.Usage;
using MIOpenDarts.Darts.Evolution;
using MIOpenDarts.Darts.Evolution.Spaces;
using MIOpenDarts.Darts.Genotypes;
using MIOpenDarts.Darts.Options;
using MIOpenDarts.Darts.Runs;
using MIOpenDarts.Darts.Studies.Pareto;

namespace MIOpenDarts.Cli.Commands;

/// <summary>Fronts by evolution over any space and fitness, with random genotypes, as many, beside them.</summary>
internal static class Evolving
{
    /// <summary>Names of the evolutions.</summary>
    public static readonly string[] Evolutions = ["nsga2", Regularised];

    private const string Regularised = "regularised";
    private const string Evaluations = "evaluations.jsonl";

    // Places among the objectives of every fitness here.
    private const int Cost = 0;
    private const int Error = 1;

    /// <summary>Against known accuracies of NAS-Bench-201.</summary>
    public static FrontWork OnTable(
        Screen screen, string folder, EvolutionPlan plan, string table, string accuracy, List<KeyValuePair<string, string>> typed)
    {
        string? Given(string name) => typed.Find(option => option.Key == name).Value;
        if (Given("space") is { } space && space != CellSpace.NasBench201.Name)
            throw new OptionsException(
                $"--truth is of the cells of {CellSpace.NasBench201.Name}; give --space {CellSpace.NasBench201.Name}");
        if (typed.Find(option => option.Key is not ("space" or "cost" or "target")).Key is { } lonely)
            throw new OptionsException($"--{lonely.Replace('_', '-')} is for a training; with --truth there is none, so leave it out");
        var cost = ParetoCommand.RequireCost(Given("cost"));
        var limit = Limit(Given("target"));
        var genomes = new NasBench201Genomes();
        var fitness = new TruthFitness(TruthTable.Read(table), genomes, cost, accuracy, limit);
        return FrontWork.From(signals => new ParetoStudy(
            $"NAS-Bench-201: {cost} and {accuracy}", cost, fitness.Unit, $"error on {accuracy}", (fitness.MostCost, 100),
            Evolve(screen, folder, plan, genomes, fitness, cell => cell.ToString(), signals))
        {
            Seeds = [.. plan.Seeds],
        });
    }

    /// <summary>
    /// The evolution, then the random baseline, each with every seed. What the folder has recorded is not evaluated again, and what another
    /// process evaluates is awaited.
    /// </summary>
    /// <exception cref="InfeasibleLimitException">No genotype of any seed keeps the limit.</exception>
    /// <exception cref="RunFolderException">There is nothing to gather.</exception>
    /// <exception cref="StoppedException">A signal stopped it.</exception>
    public static List<ParetoPoint> Evolve<TGenome>(
        Screen screen, string folder, EvolutionPlan plan, IGenomeSpace<TGenome> space, IFitness<TGenome> fitness,
        Func<TGenome, string> show, StopSignals signals)
    {
        var file = Path.Combine(folder, Evaluations);
        if (!plan.Gathers) Directory.CreateDirectory(folder);
        else if (!File.Exists(file))
            throw new RunFolderException($"{folder}: no study was begun here; give the --out of one, or leave --gather out to begin it");
        var log = FitnessLog<TGenome>.Open(file, space, fitness, plan.Gathers);
        if (log.Recorded > 0) screen.Output.WriteLine($"{log.Recorded} evaluations are recorded and not made again");
        var points = new List<ParetoPoint>();
        InfeasibleLimitException? infeasible = null;
        (string, IEvolution)[] methods = [(plan.Evolution, Create(plan)), (ParetoStudy.Random, new RandomSearch())];
        foreach (var (name, method) in methods)
        {
            foreach (var seed in plan.Seeds)
            {
                var history = new History<TGenome>(space, log, plan.Jobs);
                try
                {
                    method.Run(space, history, plan.Evaluations, seed, signals.Token);
                }
                catch (OperationCanceledException) when (plan.Gathers && !signals.Token.IsCancellationRequested)
                {
                    screen.Output.WriteLine($"{name}, seed {seed}: not at its end");
                }
                catch (OperationCanceledException e)
                {
                    throw signals.Stopped($"stopped; the same command with --out {folder} goes on", e);
                }

                // Gathered before its first generation was evaluated.
                if (history.All.Count == 0) continue;

                // What other seeds found is not lost for one that found nothing within the limit.
                try
                {
                    screen.Output.WriteLine($"{name}, seed {seed}: {history.All.Count} evaluated, {history.Front().Count} on the front");
                }
                catch (InfeasibleLimitException e)
                {
                    infeasible ??= e;
                    screen.Output.WriteLine($"{name}, seed {seed}: {history.All.Count} evaluated, none within the limit");
                }

                points.AddRange(history.All.Where(a => a.Fitness.IsFeasible).Select(a => new ParetoPoint(
                    name, seed, show(a.Genome), a.Fitness.Objectives[Cost], a.Fitness.Objectives[Error])));
            }
        }

        if (points.Count > 0) return points;
        throw infeasible as Exception ?? new RunFolderException(
            $"{folder}: no generation is evaluated to its end yet; give the same command without --gather");
    }

    private static IEvolution Create(EvolutionPlan plan) =>
        plan.Evolution == Regularised ? new RegularisedEvolution(plan.Population, objective: Error) : new Nsga2(plan.Population);

    private static double Limit(string? text)
    {
        if (text is null) return double.PositiveInfinity;
        if (!double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var limit) || !double.IsFinite(limit) || limit < 0)
            throw new OptionsException($"target is '{text}'; allowed is a number from 0, the most that a cell may cost; 0 is no limit");
        return limit == 0 ? double.PositiveInfinity : limit;
    }
}
