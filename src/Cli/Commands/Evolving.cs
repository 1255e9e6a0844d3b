using System.Globalization;
using MIOpenDarts.Cli.Usage;
using MIOpenDarts.Darts.Algorithms;
using MIOpenDarts.Darts.Data;
using MIOpenDarts.Darts.Evolution;
using MIOpenDarts.Darts.Evolution.Inherited;
using MIOpenDarts.Darts.Evolution.Spaces;
using MIOpenDarts.Darts.Genotypes;
using MIOpenDarts.Darts.Options;
using MIOpenDarts.Darts.Search;
using MIOpenDarts.Darts.Studies.Pareto;
using MIOpenDarts.Layers.Backends;

namespace MIOpenDarts.Cli.Commands;

/// <summary>Fronts by evolution: on a table of known accuracies, or by the weights of one trained supernet.</summary>
internal static class Evolving
{
    private const string Evaluations = "evaluations.jsonl";

    /// <summary>Against known accuracies of NAS-Bench-201.</summary>
    public static ParetoStudy OnTable(
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
        var points = Evolve(screen, folder, plan, genomes, fitness, cell => cell.ToString());
        return new ParetoStudy(
            $"NAS-Bench-201: {cost} and {accuracy}", cost, cost.EndsWith("_ms", StringComparison.Ordinal) ? "ms" : cost,
            $"error on {accuracy}",
            (fitness.MostCost, 100), points);
    }

    /// <summary>By the weights that genotypes inherit from a supernet, which is trained first or read from the folder.</summary>
    public static ParetoStudy OnSupernet(Screen screen, string folder, EvolutionPlan plan, SearchOptions options)
    {
        ParetoCommand.RequireCost(options.Cost);
        var data = SearchImages.Open(options);
        var (train, valid) = SearchImages.Split(data, options);
        var shape = DartsSearch.ShapeOf(train, options);
        var costs = TargetCosts.Of(options, shape)!;
        foreach (var name in Enumerable.Range(0, plan.Jobs).Select(job => BackendChoice.InTurn(options.Backend, job)).Distinct())
            Backends.Require(name, options.Threads, backend => SearchMemory.RequirePaths(options, shape, backend, plan.Jobs));
        Directory.CreateDirectory(folder);
        var supernet = new KeptSupernet(folder, options, shape, DataFingerprint.Of(data.Train));
        supernet.Complete(screen, train);
        List<IDisposable> open = [];
        try
        {
            var nets = new List<PathSupernet>();
            for (var job = 0; job < plan.Jobs; job++) nets.Add(supernet.Open(job, plan.Jobs, open));
            var limit = options.Target > 0 ? options.Target : double.PositiveInfinity;
            var space = new GenotypeSpace(CellSpace.Named(options.Space) with { Topology = shape.Topology });
            var fitness = new InheritedFitness(supernet.Identity, nets, valid.Encoder, valid.Indices, costs, limit);
            var points = Evolve(screen, folder, plan, space, fitness, genotype => genotype.ToString());
            return new ParetoStudy(
                $"{data.Name}: {costs.Model.Name} and error of one supernet", costs.Model.Name, costs.Model.Unit,
                "validation error with inherited weights", (costs.Most, 100), points);
        }
        finally
        {
            for (var i = open.Count - 1; i >= 0; i--) open[i].Dispose();
        }
    }

    private static double Limit(string? text)
    {
        if (text is null) return double.PositiveInfinity;
        if (!double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var limit) || !double.IsFinite(limit) || limit < 0)
            throw new OptionsException($"target is '{text}'; allowed is a number from 0, the most that a cell may cost; 0 is no limit");
        return limit == 0 ? double.PositiveInfinity : limit;
    }

    private static List<ParetoPoint> Evolve<TGenome>(
        Screen screen, string folder, EvolutionPlan plan, IGenomeSpace<TGenome> space, IFitness<TGenome> fitness,
        Func<TGenome, string> show)
    {
        Directory.CreateDirectory(folder);
        using var log = FitnessLog<TGenome>.Open(Path.Combine(folder, Evaluations), space, fitness);
        if (log.Recorded > 0) screen.Output.WriteLine($"{log.Recorded} evaluations are recorded and not made again");
        using var signals = new StopSignals(() => screen.Output.WriteLine("stopping after what is evaluated now; once more stops at once"));
        var points = new List<ParetoPoint>();
        (string, IEvolution)[] methods = [("nsga2", new Nsga2(plan.Population)), (ParetoStudy.Random, new RandomSearch())];
        foreach (var (name, method) in methods)
        {
            foreach (var seed in plan.Seeds)
            {
                var history = new History<TGenome>(space, log, plan.Jobs);
                try
                {
                    method.Run(space, history, plan.Evaluations, seed, signals.Token);
                }
                catch (OperationCanceledException e)
                {
                    throw signals.Stopped($"stopped; the same command with --out {folder} goes on", e);
                }

                var front = name == ParetoStudy.Random && !history.All.Any(a => a.Fitness.IsFeasible) ? [] : history.Front();
                screen.Output.WriteLine($"{name}, seed {seed}: {history.All.Count} evaluated, {front.Count} on the front");
                points.AddRange(history.All.Where(a => a.Fitness.IsFeasible).Select(a => new ParetoPoint(
                    name, seed, show(a.Genome), a.Fitness.Objectives[0], a.Fitness.Objectives[1])));
            }
        }

        return points;
    }
}
