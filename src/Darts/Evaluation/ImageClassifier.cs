using System.Numerics;
using MIOpenDarts.Darts.Bilevel;
using MIOpenDarts.Darts.Forecasts;
using MIOpenDarts.Layers.Backends;
using MIOpenDarts.Layers.Modules;
using MIOpenDarts.Layers.Tensors;

namespace MIOpenDarts.Darts.Evaluation;

/// <summary>
/// A network that is trained from scratch: a discrete network of a genotype, or a hand-made one to compare it with. Built once, planned
/// for a batch, and then run forward and backward without allocating.
/// </summary>
/// <typeparam name="T">float or double.</typeparam>
public abstract class ImageClassifier<T> : IDisposable
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private MemoryPlan<T>? plan;
    private Scratchpad<T>? scratchpad;
    private Tensor<T> images = new("images", default);
    private Tensor<int> labels = new("labels", default);
    private Tensor<T> resultTensor = new("result", default);
    private Tensor<T> auxiliaryResult = new("auxiliary result", default);

    /// <summary>Remembers where the network lives and what it classifies.</summary>
    protected ImageClassifier(Backend<T> backend, ImageTask task) => (Backend, Task) = (backend, task);

    /// <summary>Where the network lives.</summary>
    public Backend<T> Backend { get; }

    /// <summary>What it classifies.</summary>
    public ImageTask Task { get; }

    /// <summary>Weights and statistics, by official name.</summary>
    public ParameterSet<T> Parameters { get; } = new();

    /// <summary>Logits [N, classes, 1, 1] of the last forward pass.</summary>
    public abstract Tensor<T> Logits { get; }

    /// <summary>Logits of the auxiliary head in training; null without one.</summary>
    public virtual Tensor<T>? AuxiliaryLogits => null;

    /// <summary>Parameters without the auxiliary head, as the literature counts them.</summary>
    public long ParameterCount =>
        Parameters.Parameters.Where(p => !p.Name.StartsWith(AuxiliaryPrefix, StringComparison.Ordinal)).Sum(p => p.Capacity.Count);

    /// <summary>Bytes of the parameters when the network is used.</summary>
    internal virtual long WeightBytes => sizeof(float) * ParameterCount;

    /// <summary>Weight of the auxiliary head's loss: 0.4 in the official recipe.</summary>
    public double AuxiliaryWeight { get; set; } = 0.4;

    /// <summary>Share of the target that label smoothing spreads over all classes, in training.</summary>
    public double LabelSmoothing { get; set; }

    /// <summary>Bytes of activations, known once planned.</summary>
    public long ActivationBytes => plan?.Bytes ?? 0;

    /// <summary>The backend's prepared operations, once planned.</summary>
    internal IReadOnlyList<Operation<T>> Operations => plan?.Operations ?? [];

    /// <summary>What names of the auxiliary head's parameters begin with.</summary>
    protected internal const string AuxiliaryPrefix = "auxiliary_head.";

    /// <summary>Lays out and allocates the memory of passes over at most <paramref name="batch"/> images.</summary>
    /// <param name="batch">Most images.</param>
    /// <param name="training">Whether backward passes follow; without them much less is kept.</param>
    public void Plan(int batch, bool training = true)
    {
        plan?.Dispose();
        plan = Build(batch, training);
        plan.Commit(free => DeviceFit.Batch(free, batch, smaller => Build(smaller, training).LayOut()));
        scratchpad!.Bind();
    }

    /// <summary>Bytes that <see cref="Plan"/> would allocate.</summary>
    public long ForecastBytes(int batch, bool training = true)
    {
        if (plan is not null) throw new InvalidOperationException("The forecast comes before the plan.");
        using var forecast = Build(batch, training);
        return forecast.LayOut();
    }

    /// <summary>Sets the drop-path probability of the passes that follow.</summary>
    public virtual void SetDropPath(double probability)
    {
    }

    /// <summary>Copies a batch in: images in N, C, H, W order, normalised.</summary>
    /// <exception cref="InvalidOperationException">The network is not planned.</exception>
    public void LoadBatch(ReadOnlySpan<T> nchw, ReadOnlySpan<int> targets) => LoadBatch(new ImageBatch<T>(nchw, targets));

    /// <summary>The same of a batch of which other processes may have the rest.</summary>
    internal void LoadBatch(ImageBatch<T> batch)
    {
        if (plan is null) throw new InvalidOperationException("The plan comes before the first batch: call Plan.");
        if (images.Shape.N != batch.Labels.Length)
        {
            plan.SetBatch(batch.Labels.Length);
            scratchpad!.SetBatch(batch.Labels.Length);
        }

        Backend.Leaves.UnderWay = batch.Share;
        Backend.WriteImages(batch.Images[..checked((int)images.Shape.Count)], images);
        Backend.Upload(batch.Labels, labels);
    }

    /// <summary>
    /// Logits and loss of the loaded batch. In training the loss has the auxiliary head's part and label smoothing, and its gradient in
    /// the logits is computed too; the right answers are the main classifier's.
    /// </summary>
    public BatchResult Forward(in Pass pass)
    {
        RunForward(pass);
        Backend.CrossEntropy(Logits, labels, resultTensor, pass.Training ? Logits.Diff : null, pass.Training ? LabelSmoothing : 0);
        var (loss, correct) = Backend.ReadLoss(resultTensor, images.Shape.N);
        if (pass.Training && AuxiliaryLogits is { } auxiliary)
        {
            Backend.CrossEntropy(auxiliary, labels, auxiliaryResult, auxiliary.Diff, LabelSmoothing, AuxiliaryWeight);
            loss += AuxiliaryWeight * Backend.ReadLoss(auxiliaryResult, images.Shape.N).Loss;
        }

        return new BatchResult(loss, correct, Backend.Leaves.WholeOf(images.Shape.N));
    }

    /// <summary>Gradients of all parameters after a training pass, unless the pass asks for none.</summary>
    public void Backward(in Pass pass)
    {
        if (pass.WeightGradients) Backend.Fill(Parameters.Diffs, T.Zero);
        RunBackward(pass);
        if (pass.WeightGradients) Backend.SumOverProcesses(Parameters.Diffs);
    }

    /// <summary>What the network computes in inference, as a graph of plain operations.</summary>
    public abstract InferenceGraph<T> Trace();

    /// <summary>Frees activations and parameters.</summary>
    public void Dispose()
    {
        plan?.Dispose();
        Parameters.Dispose();
        GC.SuppressFinalize(this);
    }

    /// <summary>Asks for the memory of everything after <paramref name="source"/>.</summary>
    private protected abstract void PlanLayers(MemoryPlan<T> built, Scratchpad<T> shared, LivenessSchedule time, Tensor<T> source);

    /// <summary>Computes <see cref="Logits"/> and, in training, <see cref="AuxiliaryLogits"/>.</summary>
    protected abstract void RunForward(in Pass pass);

    /// <summary>Adds to the parameters' gradients, which are zero before.</summary>
    protected abstract void RunBackward(in Pass pass);

    private MemoryPlan<T> Build(int batch, bool training)
    {
        var built = new MemoryPlan<T>(Backend, batch);
        scratchpad = new Scratchpad<T>(built);
        images = built.Activation("images", Task.Channels, Task.Height, Task.Width);
        labels = built.PerImage<int>("labels", 1, 1, 1);
        resultTensor = built.Vector("result", 2);
        auxiliaryResult = built.Vector("auxiliary result", 2);
        PlanLayers(built, scratchpad, new LivenessSchedule(training), images);
        scratchpad.Reserve();
        return built;
    }
}
