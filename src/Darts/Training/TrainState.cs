using MIOpenDarts.Darts.Bilevel;
using MIOpenDarts.Darts.Data;
using MIOpenDarts.Darts.Evaluation;
using MIOpenDarts.Darts.Loops;
using MIOpenDarts.Layers.Backends;
using MIOpenDarts.Layers.Modules;
using MIOpenDarts.Layers.Optimisers;
using MIOpenDarts.Layers.Tensors;

namespace MIOpenDarts.Darts.Training;

/// <summary>Network and optimiser of one training, and one step of it.</summary>
internal sealed class TrainState : IRunState, IDisposable
{
    private readonly TrainOptions options;
    private readonly IBilevelModel<float> model;

    /// <summary>Builds and plans everything on <paramref name="backend"/>; the weights are not drawn yet.</summary>
    public TrainState(TrainOptions options, NetworkDescription description, Backend<float> backend)
    {
        (this.options, Description) = (options, description);
        backend.Leaves = options.Cut(backend.Leaves.Exchange);
        Net = description.Build(backend);
        Net.AuxiliaryWeight = options.AuxiliaryWeight;
        Net.LabelSmoothing = options.LabelSmoothing;
        Sgd = new Sgd<float>(backend, Net.Parameters, options.Momentum, options.WeightDecay);
        model = new Classifier(Net);
        if (backend.Leaves.PerLeaf) model = new LeafwiseModel<float>(model);
        Net.Plan(backend.Leaves.MostImagesOf(options.BatchSize));
    }

    /// <summary>
    /// Fingerprint of the images that it learns from and is tested on, which a checkpoint keeps; null where nothing is kept.
    /// </summary>
    public DataFingerprint? Data { get; init; }

    /// <summary>What the network was built from.</summary>
    public NetworkDescription Description { get; }

    /// <summary>The network.</summary>
    public ImageClassifier<float> Net { get; }

    Backend<float> IRunState.Backend => Net.Backend;

    IReadOnlyList<float[]> IRunState.Alphas => [];

    /// <summary>The network's weights and statistics.</summary>
    public ParameterSet<float> Parameters => Net.Parameters;

    /// <summary>Its optimiser.</summary>
    public Sgd<float> Sgd { get; }

    /// <summary>Draws the weights and clears the optimiser.</summary>
    public void Initialize()
    {
        Net.Parameters.Initialize(options.Seed);
        Net.Backend.Fill(Sgd.MomentumBuffer, 0);
    }

    /// <summary>One step on a batch.</summary>
    public BatchResult Step(ImageBatch<float> batch, double rate, int epoch, int step)
    {
        var pass = new Pass(Training: true, WeightGradients: true, options.Seed, epoch, step);
        var result = model.Evaluate(batch, pass);
        Sgd.Clip(options.GradClip);
        Sgd.Step(rate);
        return result;
    }

    /// <inheritdoc/>
    public void Dispose() => Net.Dispose();

    /// <summary>A network that has no alphas.</summary>
    private sealed class Classifier(ImageClassifier<float> net) : IBilevelModel<float>
    {
        public Backend<float> Backend => net.Backend;

        public ParameterSet<float> Parameters => net.Parameters;

        public IReadOnlyList<float[]> Alphas => [];

        public IReadOnlyList<float[]> AlphaDiffs => [];

        public BatchResult Evaluate(ImageBatch<float> batch, in Pass pass)
        {
            net.LoadBatch(batch);
            var result = net.Forward(pass);
            net.Backward(pass);
            return result;
        }
    }
}
