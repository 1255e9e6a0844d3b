using MIOpenDarts.Darts.Algorithms;
using MIOpenDarts.Darts.Bilevel;
using MIOpenDarts.Darts.Data;
using MIOpenDarts.Darts.Genotypes;
using MIOpenDarts.Darts.Relaxations;
using MIOpenDarts.Darts.Supernets;
using MIOpenDarts.Layers.Backends;
using MIOpenDarts.Layers.Modules;
using MIOpenDarts.Layers.Optimisers;

namespace MIOpenDarts.Darts.Search;

/// <summary>Supernet, optimisers and architect of one search, and one step of it.</summary>
public sealed class SearchState : IDisposable
{
    private readonly SearchOptions options;
    private readonly SupernetShape shape;
    private readonly Backend<float> backend;
    private readonly Adam<float>[] adams;

    /// <summary>Builds and plans everything on <paramref name="backend"/>; the weights are not drawn yet.</summary>
    public SearchState(SearchOptions options, SupernetShape shape, Backend<float> backend)
    {
        (this.options, this.shape, this.backend) = (options, shape, backend);
        Algorithm = SearchAlgorithm.Of(options);
        Net = NewNet(0);
        adams = [.. Net.Alphas.Select(a => new Adam<float>(a.Length, options.AlphaLearningRate, options.AlphaBeta1, options.AlphaBeta2, options.AlphaWeightDecay))];
        (Sgd, Architect) = NewOptimisers(Net);
        Net.Plan(options.BatchSize);
    }

    /// <summary>Fingerprint of the images that it learns from, which a checkpoint keeps; null where nothing is kept.</summary>
    public DataFingerprint? Data { get; init; }

    /// <summary>The method.</summary>
    public SearchAlgorithm Algorithm { get; }

    /// <summary>The stage that the network is built for.</summary>
    public int Stage { get; private set; }

    /// <summary>The network.</summary>
    public Supernet<float> Net { get; private set; }

    /// <summary>Optimiser of the weights.</summary>
    public Sgd<float> Sgd { get; private set; }

    /// <summary>Optimiser of the alphas.</summary>
    public Architect<float> Architect { get; private set; }

    /// <summary>The genotype that the alphas say now.</summary>
    public Genotype Genotype => Algorithm.Derive(Net.Normal.Strengths(), Net.Reduce.Strengths(), options);

    /// <summary>What its derivation had to do beside its rule; null for nothing.</summary>
    public IReadOnlyList<string>? Notes =>
        Algorithm.Notes(Net.Normal.Strengths(), Net.Reduce.Strengths(), options) is { Count: > 0 } notes ? notes : null;

    /// <summary>How far the operations of an edge are ahead of one another now.</summary>
    public OperationLead Lead => OperationLead.Of([Net.Normal, Net.Reduce], options.Seed, options.AlphaLearningRate, adams[0].Steps);

    /// <summary>Draws weights and alphas and clears the optimisers.</summary>
    public void Initialize()
    {
        Net.Initialize(options.Seed);
        backend.Fill(Sgd.MomentumBuffer, 0);
        foreach (var adam in adams)
        {
            adam.Steps = 0;
            Array.Clear(adam.Mean);
            Array.Clear(adam.MeanSquare);
        }
    }

    /// <summary>
    /// Goes on to a stage, if it has not begun: the weakest operations leave the race, and weights, statistics and momentum go over to the
    /// network of that stage, copied where it has more channels.
    /// </summary>
    public void Enter(int stage)
    {
        if (stage == Stage) return;
        var (before, momentum) = (Net, Sgd.MomentumBuffer);
        Rebuild(stage);
        foreach (var (old, now) in before.Alphas.Zip(Net.Alphas)) old.CopyTo(now, 0);
        foreach (var (kind, adam) in new[] { (Net.Normal, adams[0]), (Net.Reduce, adams[1]) })
        {
            if (kind.Relaxation is not DirichletRelaxation<float> relaxation) continue;
            relaxation.Prune(kind.Alphas, options.SecondStageOperations);
            // What is out of the race must not drift on what Adam remembers of it.
            for (var path = 0; path < kind.Alphas.Length; path++)
                if (!relaxation.Lives(path)) (adam.Mean[path], adam.MeanSquare[path]) = (0, 0);
        }

        new ChannelWidening(options.Seed, stage).Copy(before, momentum, Net, Sgd.MomentumBuffer);
        before.Dispose();
        Net.Plan(options.BatchSize);
    }

    /// <summary>Makes room for what a checkpoint of a stage holds.</summary>
    /// <param name="stage">Its stage.</param>
    /// <param name="kept">Operations of the normal and of the reduction cells that were in the race; none where a method prunes none.</param>
    internal void MakeRoom(int stage, IReadOnlyList<bool[]> kept)
    {
        if (stage == Stage) return;
        Net.Dispose();
        Rebuild(stage);
        foreach (var (kind, paths) in new[] { Net.Normal, Net.Reduce }.Zip(kept)) ((DirichletRelaxation<float>)kind.Relaxation).Keep(paths);
        Net.Plan(options.BatchSize);
    }

    /// <summary>One bilevel step: the alphas on the validation batch, unless they rest, then the weights on the training batch.</summary>
    public BatchResult Step(ImageBatch<float> train, ImageBatch<float> valid, double rate, int epoch, int step)
    {
        // Two passes a step draw drop-path masks, so the step number is doubled.
        var pass = new Pass(Training: true, WeightGradients: true, options.Seed, epoch, 2 * step);
        if (Algorithm.MovesAlphas(options, epoch)) Architect.Step(train, valid, rate, pass);
        pass = pass with { Step = 2 * step + 1 };
        var result = Net.Evaluate(train, pass);
        Sgd.Clip(options.GradClip);
        Sgd.Step(rate);
        return result;
    }

    /// <inheritdoc/>
    public void Dispose() => Net.Dispose();

    private void Rebuild(int stage)
    {
        Net = NewNet(stage);
        (Sgd, Architect) = NewOptimisers(Net);
        Stage = stage;
    }

    private Supernet<float> NewNet(int stage) => new(
        backend, shape, dropPath: options.DropPath > 0, space: Algorithm.Space(options, stage),
        relax: kind => Algorithm.Relax<float>(options, shape.Edges, kind));

    private (Sgd<float> Sgd, Architect<float> Architect) NewOptimisers(Supernet<float> net)
    {
        var sgd = new Sgd<float>(backend, net.Parameters, options.Momentum, options.WeightDecay, options.Nesterov);
        return (sgd, new Architect<float>(net, sgd, adams, options.Unrolled) { Penalty = Algorithm.Penalty(options) });
    }
}
