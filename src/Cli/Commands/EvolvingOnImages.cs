using MIOpenDarts.Darts.Algorithms;
using MIOpenDarts.Darts.Costs;
using MIOpenDarts.Darts.Data;
using MIOpenDarts.Darts.Evolution;
using MIOpenDarts.Darts.Evolution.Inherited;
using MIOpenDarts.Darts.Evolution.Spaces;
using MIOpenDarts.Darts.Genotypes;
using MIOpenDarts.Darts.Options;
using MIOpenDarts.Darts.Search;
using MIOpenDarts.Darts.Studies.Pareto;
using MIOpenDarts.Darts.Studies.Seeds;
using MIOpenDarts.Darts.Supernets;
using MIOpenDarts.Darts.Training;
using MIOpenDarts.Layers.Backends;

namespace MIOpenDarts.Cli.Commands;

/// <summary>
/// A front by evolution over genotypes that are judged on images: by the weights of one trained supernet, or by a short training of each.
/// </summary>
internal sealed class EvolvingOnImages
{
    private static readonly string[] Costing =
        ["cost", "target", "target_channels", "target_layers", "target_cells_per_stage", "target_image_size"];

    private readonly Screen screen;
    private readonly string folder;
    private readonly EvolutionPlan plan;
    private readonly SearchOptions options;
    private readonly ImageData data;
    private readonly SupernetShape shape;
    private readonly ArchitectureCosts costs;
    private readonly double limit;

    /// <summary>Opens the data, and refuses what is wrong, before anything is computed.</summary>
    public EvolvingOnImages(Screen screen, string folder, EvolutionPlan plan, SearchOptions options)
    {
        ParetoCommand.RequireCost(options.Cost);
        (this.screen, this.folder, this.plan, this.options) = (screen, folder, plan, options);
        data = SearchImages.Open(options);
        shape = DartsSearch.ShapeOf(SearchImages.Split(data, options).Train, options);
        costs = TargetCosts.Of(options, shape)!;
        limit = options.Target > 0 ? options.Target : double.PositiveInfinity;
        if (plan.Retrain > 0) EvaluationTraining.RequireTest(data);
    }

    /// <summary>Refuses options of a search on which neither the judgement of a genotype nor its cost depends.</summary>
    /// <param name="typed">Names of the options that were typed.</param>
    /// <param name="training">Whether genotypes are trained from scratch.</param>
    /// <exception cref="OptionsException">One was typed.</exception>
    public static void RequireRead(IEnumerable<string> typed, bool training)
    {
        var read = training ? ShortTraining.Deciding : KeptSupernet.Deciding;
        var unread = SearchOptions.Table.All.Where(field => field.HasEffect).Select(field => field.Name).Except([.. read, .. Costing]);
        if (unread.Intersect(typed).FirstOrDefault() is not { } given) return;
        var reason = training
            ? "with --short-training: genotypes are trained by the recipe of train"
            : "without --weights or --targets: no alphas are learned";
        throw new OptionsException($"--{given.Replace('_', '-')} does not go {reason}; leave it out");
    }

    /// <summary>Evolves, and trains the fronts from scratch where the plan has that.</summary>
    /// <exception cref="StoppedException">A signal stopped it.</exception>
    public ParetoStudy Run(StopSignals signals)
    {
        var retraining = new SeedPlan([], plan.Retrain, options with { Data = NewRun.Lasting(options.Data) });
        if (plan.Retrain > 0 && !plan.Gathers)
        {
            var largest = retraining.TrainingOf(options.Seed, ShortTraining.Largest(Space).ToString());
            Require(backend => TrainMemory.Require(data, largest, backend, plan.Jobs));
        }

        var study = plan.ShortTraining > 0 ? ByTraining(signals) : BySupernet(signals);
        if (plan.Retrain == 0) return study;
        var training = new FrontTraining(screen, folder, data, retraining, plan.Jobs, plan.FirstJob);
        return plan.Gathers ? training.Gather(study) : training.Run(study, signals);
    }

    private CellSpace Space => CellSpace.Named(options.Space) with { Topology = options.Topology };

    // The supernet is trained first or read from the folder.
    private ParetoStudy BySupernet(StopSignals signals)
    {
        var supernet = new KeptSupernet(folder, options, shape, DataFingerprint.From(data.Train));
        var (train, valid) = SearchImages.Split(data, options);
        if (plan.Gathers) return Judged([]);
        Require(backend => SearchMemory.RequirePaths(options, shape, backend, plan.Jobs));
        Directory.CreateDirectory(folder);
        KeptSupernet.Complete(screen, [(supernet, train)], plan.FirstJob, signals);
        List<IDisposable> open = [];
        try
        {
            var nets = new List<PathSupernet>();
            for (var job = 0; job < plan.Jobs; job++) nets.Add(supernet.Open(plan.FirstJob + job, plan.Jobs, open));
            return Judged(nets);
        }
        finally
        {
            for (var i = open.Count - 1; i >= 0; i--) open[i].Dispose();
        }

        ParetoStudy Judged(List<PathSupernet> copies) => Evolved(
            new InheritedFitness(supernet.Identity, copies, valid.Encoder, valid.Indices, costs, limit),
            "error of one supernet", "validation error with inherited weights", signals);
    }

    private ParetoStudy ByTraining(StopSignals signals)
    {
        var training = new ShortTraining(data, options, plan.ShortTraining);
        var jobs = plan.Gathers ? 0 : plan.Jobs;
        if (jobs > 0)
            Require(backend => TrainMemory.Require(training.Images, training.Of(ShortTraining.Largest(Space)), backend, jobs));
        var backends = new List<Backend<float>>();
        try
        {
            for (var job = 0; job < jobs; job++) backends.Add(Backends.CreateShare(options, plan.FirstJob + job, plan.Jobs));
            var output = TextWriter.Synchronized(screen.Output);
            return Evolved(
                new TrainedFitness(training, backends, costs, limit, output.WriteLine),
                $"error after {training.Epochs} epochs",
                $"validation error after {training.Epochs} epochs from scratch, "
                + $"{options.CellsInWords} and {options.InitChannels} channels",
                signals);
        }
        finally
        {
            foreach (var backend in backends) backend.Dispose();
        }
    }

    private ParetoStudy Evolved(IFitness<Genotype> fitness, string title, string error, StopSignals signals) => new(
        $"{data.Name}: {costs.Model.Name} and {title}", costs.Model.Name, costs.Model.Unit, error, (costs.Most, 100),
        Evolving.Evolve(screen, folder, plan, GenotypeSpace.Of(Space), fitness, genotype => genotype.ToString(), signals))
    {
        Seeds = [.. plan.Seeds],
    };

    private void Require(Action<Backend<float>> fits)
    {
        var jobs = Enumerable.Range(plan.FirstJob, plan.Jobs);
        foreach (var name in jobs.Select(job => BackendChoice.InTurn(options.Backend, job)).Distinct())
            Backends.Require(name, options.Threads, fits);
    }
}
