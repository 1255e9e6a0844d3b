using MIOpenDarts.Darts.Algorithms;
using MIOpenDarts.Darts.Bilevel;
using MIOpenDarts.Darts.Costs;
using MIOpenDarts.Darts.Costs.Search;
using MIOpenDarts.Darts.Data;
using MIOpenDarts.Darts.Genotypes;
using MIOpenDarts.Darts.Loops;
using MIOpenDarts.Darts.Records;
using MIOpenDarts.Darts.Supernets;
using MIOpenDarts.Layers.Backends;
using MIOpenDarts.Layers.Modules;
using MIOpenDarts.Layers.Optimisers;
using MIOpenDarts.Layers.Tensors;

namespace MIOpenDarts.Darts.Search;

/// <summary>Supernet, optimisers and architect of one search, and one step of it.</summary>
internal sealed class SearchState : IRunState, IDisposable
{
    private readonly SearchOptions options;
    private readonly SupernetShape shape;
    private readonly Backend<float> backend;
    private readonly CellForm form;
    private readonly Adam<float>[] adams;
    private CostPenalty<float>? penalty;
    private (int Epoch, bool Alphas) moves = (-1, false);

    /// <summary>Builds and plans everything on <paramref name="backend"/>; the weights are not drawn yet.</summary>
    /// <param name="options">Checked options.</param>
    /// <param name="shape">Sizes of the supernet.</param>
    /// <param name="backend">Where it computes.</param>
    /// <param name="form">How cells like those of DARTS are computed.</param>
    public SearchState(SearchOptions options, SupernetShape shape, Backend<float> backend, CellForm form = CellForm.Shared)
    {
        (this.options, this.shape, this.backend, this.form) = (options, shape, backend, form);
        Algorithm = SearchAlgorithm.From(options);
        Costs = TargetCosts.Of(options, shape);
        backend.Leaves = options.Cut(backend.Leaves.Exchange);
        Net = NewNet(0);
        adams =
        [
            .. Net.Alphas.Select(alphas => new Adam<float>(
                alphas.Length, options.AlphaLearningRate, options.AlphaBeta1, options.AlphaBeta2, options.AlphaWeightDecay)),
        ];
        (Model, Sgd, Architect) = NewOptimisers(Net);
        Net.Plan(backend.Leaves.MostImagesOf(options.BatchSize));
    }

    /// <summary>Fingerprint of the images that it learns from, which a checkpoint keeps; null where nothing is kept.</summary>
    public DataFingerprint? Data { get; init; }

    /// <summary>The method.</summary>
    public SearchAlgorithm Algorithm { get; }

    /// <summary>The stage that the network is built for.</summary>
    public int Stage { get; private set; }

    /// <summary>The network.</summary>
    public ISupernet<float> Net { get; private set; }

    /// <summary>The network as its batch norms have it: with batches or, on the option's word, leaf by leaf.</summary>
    public IBilevelModel<float> Model { get; private set; }

    Backend<float> IRunState.Backend => backend;

    IReadOnlyList<float[]> IRunState.Alphas => Net.Alphas;

    /// <summary>The network's weights and statistics.</summary>
    public ParameterSet<float> Parameters => Net.Parameters;

    /// <summary>Optimiser of the weights.</summary>
    public Sgd<float> Sgd { get; private set; }

    /// <summary>Optimiser of the alphas.</summary>
    public Architect<float> Architect { get; private set; }

    /// <summary>The genotype that the alphas say now: the method's, unless it costs more than the limit.</summary>
    public Genotype Genotype => ExceedsLimit(Strongest)
        ? LimitedDerivation.Derive(Costs!, Scores, options.Target)
        : Strongest;

    /// <summary>What its derivation had to do beside its rule; null for nothing.</summary>
    public IReadOnlyList<string>? Notes
    {
        get
        {
            if (ExceedsLimit(Strongest))
                return [$"the strongest genotype costs {Costs!.Model.Show(Costs.Of(Strongest))}, over the target; "
                    + "taken is the strongest within it"];
            return Algorithm.Notes(Scores, options) is { Count: > 0 } notes ? notes : null;
        }
    }

    /// <summary>λ of the expected cost; nothing for a search that knows no cost.</summary>
    internal double CostWeight
    {
        get => penalty?.Weight ?? 0;
        set
        {
            if (penalty is not null) penalty.Weight = value;
        }
    }

    /// <summary>What the architecture costs now; null for a search that knows no cost.</summary>
    internal CostRecord? Cost => Costs is null ? null : new CostRecord(
        Costs.Model.Name, Costs.Model.Unit, penalty!.Expectation(), Costs.Of(Genotype), Costs.Least, Costs.Most, CostWeight,
        options.Target > 0 ? options.Target : null);

    /// <summary>Costs of the operations in the network that is to be built; null for a search that knows none.</summary>
    internal ArchitectureCosts? Costs { get; }

    private Genotype Strongest => Algorithm.Derive(Scores, options);

    /// <summary>How far the operations of an edge are ahead of one another now.</summary>
    public OperationLead Lead => OperationLead.From(Net.Architectures, options.Seed, options.AlphaLearningRate, adams[0].Steps);

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
    /// Goes on to a stage, if it has not begun: the alphas stay, and the method takes the weights over to the network of that stage.
    /// </summary>
    public void BeginStage(int stage)
    {
        if (stage == Stage) return;
        var old = Built;
        Rebuild(stage);
        foreach (var (before, now) in old.Net.Alphas.Zip(Net.Alphas)) before.CopyTo(now, 0);
        Algorithm.BeginStage(old, Built, options);
        old.Net.Dispose();
        Net.Plan(backend.Leaves.MostImagesOf(options.BatchSize));
    }

    /// <summary>Makes room for what a checkpoint of a stage holds.</summary>
    /// <param name="stage">Its stage.</param>
    /// <param name="restore">Restores what decides over the room, before the network is planned.</param>
    internal void RebuildForStage(int stage, Action<SearchState>? restore = null)
    {
        var isBuilt = stage == Stage;
        if (!isBuilt)
        {
            Net.Dispose();
            Rebuild(stage);
        }

        restore?.Invoke(this);
        if (!isBuilt) Net.Plan(backend.Leaves.MostImagesOf(options.BatchSize));
    }

    /// <summary>One bilevel step: the alphas on the validation batch, unless they rest, then the weights on the training batch.</summary>
    public BatchResult Step(ImageBatch<float> train, ImageBatch<float> valid, double rate, int epoch, int step)
    {
        // Two passes a step draw drop-path masks, so the step number is doubled.
        var pass = new Pass(Training: true, WeightGradients: true, options.Seed, epoch, 2 * step);
        if (MovesAlphas(epoch)) Architect.Step(train, valid, rate, pass);
        pass = pass with { Step = 2 * step + 1 };
        var result = Model.Evaluate(train, pass);
        Sgd.Clip(options.GradClip);
        Sgd.Step(rate);
        return result;
    }

    /// <summary>
    /// A step as in the last epoch, to find out what steps cost or need: in the first epochs the alphas of some methods rest.
    /// </summary>
    public BatchResult StepAsInLastEpoch(ImageBatch<float> train, ImageBatch<float> valid, int step = 0) =>
        Step(train, valid, options.LearningRateMin, options.Epochs - 1, step);

    /// <inheritdoc/>
    public void Dispose() => Net.Dispose();

    private IReadOnlyList<float[]> Scores => [.. Net.Architectures.Select(kind => kind.Scores())];

    private SearchStage Built => new(Stage, Net, Sgd, adams);

    // Asked for in every step, which allocates nothing.
    private bool MovesAlphas(int epoch)
    {
        if (moves.Epoch != epoch) moves = (epoch, Algorithm.MovesAlphas(options, epoch));
        return moves.Alphas;
    }

    private void Rebuild(int stage)
    {
        Net = NewNet(stage);
        (Model, Sgd, Architect) = NewOptimisers(Net);
        Stage = stage;
    }

    private ISupernet<float> NewNet(int stage)
    {
        var (space, dropPath) = (Algorithm.Space(options, stage), options.DropPath > 0);
        return SearchSupernet.Build(
            options, shape, backend, space, kind => Algorithm.Relax<float>(options, options.Topology.Edges, kind), form, dropPath);
    }

    private (IBilevelModel<float> Model, Sgd<float> Sgd, Architect<float> Architect) NewOptimisers(ISupernet<float> net)
    {
        IBilevelModel<float> model = backend.Leaves.PerLeaf ? new LeafwiseModel<float>(net) : net;
        var sgd = new Sgd<float>(backend, net.Parameters, options.Momentum, options.WeightDecay, options.Nesterov);
        if (Costs is not null)
            penalty = new CostPenalty<float>(Costs, net.Architectures, options.CostReference) { Weight = CostWeight };
        IAlphaPenalty?[] penalties = [Algorithm.Penalty(options), penalty];
        var architect = new Architect<float>(model, sgd, adams, options.Unrolled) { Penalties = [.. penalties.OfType<IAlphaPenalty>()] };
        return (model, sgd, architect);
    }

    private bool ExceedsLimit(Genotype genotype) => options.Target > 0 && Costs!.Of(genotype) > options.Target;
}
