using System.Globalization;
using MIOpenDarts.Cli.Usage;
using MIOpenDarts.Darts.Algorithms;
using MIOpenDarts.Darts.Checkpoints;
using MIOpenDarts.Darts.Data;
using MIOpenDarts.Darts.Evolution;
using MIOpenDarts.Darts.Evolution.Inherited;
using MIOpenDarts.Darts.Evolution.Spaces;
using MIOpenDarts.Darts.Genotypes;
using MIOpenDarts.Darts.Options;
using MIOpenDarts.Darts.Search;
using MIOpenDarts.Darts.Studies.Pareto;
using MIOpenDarts.Layers.Backends;
using MIOpenDarts.Layers.Machine;
using MIOpenDarts.Layers.Tensors;

namespace MIOpenDarts.Cli.Commands;

/// <summary>Fronts by evolution: on a table of known accuracies, or by the weights of one trained supernet.</summary>
internal static class Evolving
{
    private const string Evaluations = "evaluations.jsonl";
    private const string Weights = "supernet.safetensors";

    // Names the supernet in the metadata of its weights.
    private const string Identity = "supernet";

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
        var threads = Backends.Threads(options.Threads, screen.Output.WriteLine);
        var each = Math.Max(1, (threads == 0 ? PhysicalCores.Count : threads) / plan.Jobs);
        List<IDisposable> open = [];
        try
        {
            var nets = new List<PathSupernet>();
            for (var job = 0; job < plan.Jobs; job++)
            {
                // The first trains alone, so that it has all threads until the others come.
                var backend = Backends.Create(BackendChoice.InTurn(options.Backend, job), job == 0 ? threads : each, options.Deterministic);
                open.Add(backend);
                nets.Add(new PathSupernet(options, shape, backend));
                open.Add(nets[^1]);
            }

            var identity = Describe(options, DataFingerprint.Of(data.Train));
            Directory.CreateDirectory(folder);
            Prepare(screen, Path.Combine(folder, Weights), identity, nets, train);
            var limit = options.Target > 0 ? options.Target : double.PositiveInfinity;
            var space = new GenotypeSpace(CellSpace.Named(options.Space) with { Topology = shape.Topology });
            var fitness = new InheritedFitness(identity, nets, valid.Encoder, valid.Indices, costs, limit);
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

    private static void Prepare(Screen screen, string file, string identity, List<PathSupernet> nets, SearchImages train)
    {
        if (!File.Exists(file))
        {
            using var signals = new StopSignals(() => screen.Output.WriteLine("stopping after this step; once more stops at once"));
            try
            {
                nets[0].Train(
                    train.Encoder, train.Indices,
                    (epoch, loss, accuracy) => screen.Output.WriteLine(string.Create(
                        CultureInfo.InvariantCulture, $"supernet epoch {epoch + 1}: loss {loss:F3}, accuracy {accuracy:F2} %")),
                    signals.Token);
            }
            catch (OperationCanceledException e)
            {
                throw signals.Stopped("stopped; the same command trains the supernet anew", e);
            }

            var writer = new SafetensorsWriter();
            writer.AddMetadata(Identity, identity);
            nets[0].Save(writer);
            OutputFile.Write("--out", file, path => CheckpointFile.Write(path, writer));
        }

        using var weights = CheckpointFile.Open(file);
        if (!weights.Metadata.TryGetValue(Identity, out var written) || written != identity)
            throw new OptionsException($"{file}: is of another supernet ({written}); give another --out, or what it was begun with");
        foreach (var net in nets) net.Load(weights);
    }

    // Everything that decides over the weights; what evolution or its limit is told is none of it.
    private static string Describe(SearchOptions options, DataFingerprint data) => string.Join(", ", SearchOptions.Table.All
        .Where(field => field.HasEffect && field.Name is not ("target" or "cost" or "cost_weight" or "cost_reference"))
        .Select(field => $"{field.Name} {field.Show(options)}").Append($"{data}"));

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
