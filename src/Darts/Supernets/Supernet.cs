using System.Numerics;
using System.Runtime.CompilerServices;
using MIOpenDarts.Darts.Bilevel;
using MIOpenDarts.Darts.Forecasts;
using MIOpenDarts.Darts.Relaxations;
using MIOpenDarts.Layers.Backends;
using MIOpenDarts.Layers.Modules;
using MIOpenDarts.Layers.Tensors;

namespace MIOpenDarts.Darts.Supernets;

/// <summary>How cells are computed.</summary>
internal enum CellForm
{
    /// <summary>Everything that is equal is computed once: the form that runs.</summary>
    Shared,
    /// <summary>Operation by operation: the specification.</summary>
    Textbook,
}

/// <summary>
/// The over-parameterised network of section 2 of the DARTS paper: stem, cells of mixed operations, global pool, classifier, with the
/// parameters and names of the official <c>model_search.py</c>.
/// </summary>
/// <typeparam name="T">float or double.</typeparam>
internal sealed class Supernet<T> : ISupernet<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly CellForm form;
    private readonly bool dropPath;
    private readonly Convolution<T> stemConvolution;
    private readonly BatchNorm<T> stemNorm;
    private readonly Cell<T>[] cells;
    private readonly ICell<T>[] running;
    private readonly GlobalAveragePool<T> globalPool = new();
    private readonly Linear<T> classifier;
    private readonly Storage[] mixing = new Storage[2];
    private MemoryPlan<T>? plan;
    private Tensor<T> images = new("images", default);
    private Tensor<int> labels = new("labels", default);
    private Tensor<T> resultTensor = new("result", default);

    /// <summary>
    /// Builds the network on a backend with zeroed parameters; see <see cref="Initialize"/>. With <paramref name="dropPath"/> cells are
    /// computed in textbook form, since the shared one never materialises a single operation's output.
    /// </summary>
    /// <param name="backend">Where it lives.</param>
    /// <param name="shape">Sizes.</param>
    /// <param name="form">How cells are computed.</param>
    /// <param name="dropPath">Whether operations can be dropped.</param>
    /// <param name="space">What edges choose from; that of DARTS if null.</param>
    /// <param name="relax">Makes the relaxation of the normal (0) and of the reduction cells (1); softmax if null.</param>
    public Supernet(
        Backend<T> backend, SupernetShape shape, CellForm form = CellForm.Shared, bool dropPath = false, SearchSpace? space = null,
        Func<int, Relaxation<T>>? relax = null)
    {
        if (dropPath) form = CellForm.Textbook;
        Backend = backend;
        Shape = shape;
        (this.form, this.dropPath) = (form, dropPath);
        Normal = new ArchitectureParameters<T>(shape.Edges, space, relax?.Invoke(0));
        Reduce = new ArchitectureParameters<T>(shape.Edges, space, relax?.Invoke(1));
        Architectures = [Normal, Reduce];
        (Alphas, AlphaDiffs) = ([Normal.Alphas, Reduce.Alphas], [Normal.Diffs, Reduce.Diffs]);
        if (Normal.Space.EdgeNormalization)
            (Alphas, AlphaDiffs) = ([.. Alphas, Normal.Betas, Reduce.Betas], [.. AlphaDiffs, Normal.BetaDiffs, Reduce.BetaDiffs]);

        var channels = shape.InitChannels;
        var stem = shape.StemMultiplier * channels;
        stemConvolution = new Convolution<T>(Parameters, "stem.0.", shape.ImageChannels, stem, Window2D.Square(3, 1, 1));
        stemNorm = new BatchNorm<T>(Parameters, "stem.1.", stem, affine: true);
        cells = new Cell<T>[shape.Layers];
        var (inputs0, inputs1, afterReduction) = (stem, stem, false);
        for (var i = 0; i < shape.Layers; i++)
        {
            var reduction = shape.IsReduction(i);
            if (reduction) channels *= 2;
            cells[i] = new Cell<T>(
                Parameters, $"cells.{i}.", shape, channels, inputs0, inputs1, reduction, afterReduction,
                reduction ? Reduce : Normal, dropPath);
            (inputs0, inputs1, afterReduction) = (inputs1, shape.Multiplier * channels, reduction);
        }

        running = new ICell<T>[shape.Layers];
        classifier = new Linear<T>(Parameters, "classifier.", inputs1, shape.Classes);
        Parameters.Commit(backend);
        var bytes = 2 * (Normal.Mixing.Capacity.Count + 32) * Unsafe.SizeOf<T>();
        foreach (var (kind, slot) in new[] { (Normal, 0), (Reduce, 1) })
        {
            mixing[slot] = backend.Allocate(bytes);
            kind.Bind(mixing[slot]);
        }
    }

    /// <summary>Where the network lives.</summary>
    public Backend<T> Backend { get; }

    /// <summary>What it was built from.</summary>
    public SupernetShape Shape { get; }

    /// <summary>Weights and statistics, by official name.</summary>
    public ParameterSet<T> Parameters { get; } = new();

    /// <summary>α of the normal cells.</summary>
    public ArchitectureParameters<T> Normal { get; }

    /// <summary>α of the reduction cells.</summary>
    public ArchitectureParameters<T> Reduce { get; }

    /// <inheritdoc/>
    public IReadOnlyList<ArchitectureParameters<T>> Architectures { get; }

    /// <inheritdoc/>
    public IEnumerable<MixedOp<T>> MixedOps => cells.SelectMany(cell => cell.Edges);

    /// <inheritdoc/>
    public IReadOnlyList<T[]> Alphas { get; }

    /// <inheritdoc/>
    public IReadOnlyList<T[]> AlphaDiffs { get; }

    /// <summary>Logits [N, classes, 1, 1] of the last forward pass.</summary>
    public Tensor<T> Logits => classifier.Dst;

    /// <summary>Bytes of activations, known once planned.</summary>
    public long ActivationBytes => plan?.Bytes ?? 0;

    /// <summary>The backend's prepared operations, once planned.</summary>
    public IReadOnlyList<Operation<T>> Operations => plan?.Operations ?? [];

    /// <summary>Draws weights and alphas.</summary>
    public void Initialize(ulong seed)
    {
        Parameters.Initialize(seed);
        Normal.Initialize(seed, 0);
        Reduce.Initialize(seed, 1);
    }

    /// <summary>
    /// Lays out and allocates the memory of steps with at most <paramref name="batch"/> images; may be called again for another batch.
    /// </summary>
    public void Plan(int batch)
    {
        plan?.Dispose();
        plan = Build(batch);
        plan.Commit(free => DeviceFit.BatchOrChannels(free, batch, Shape.InitChannels, Normal.Space.PartialChannels, Forecast));
    }

    /// <summary>Bytes that <see cref="Plan"/> would allocate.</summary>
    public long ForecastBytes(int batch)
    {
        if (plan is not null) throw new InvalidOperationException("The forecast comes before the plan.");
        using var forecast = Build(batch);
        return forecast.LayOut();
    }

    /// <summary>Sets the drop-path probability of a network that was built for it.</summary>
    public void SetDropPath(double probability)
    {
        foreach (var cell in cells) cell.SetDropPath(probability);
    }

    /// <summary>Lets all cells mix by the expectation of their weights instead of a draw, or draw again.</summary>
    public void UseExpectation(bool means) => Normal.Relaxation.UsesExpectation = Reduce.Relaxation.UsesExpectation = means;

    /// <inheritdoc/>
    public void LoadBatch(ImageBatch<T> batch)
    {
        if (plan is null) throw new InvalidOperationException("The plan comes before the first batch: call Plan.");
        if (images.Shape.N != batch.Labels.Length) plan.SetBatch(batch.Labels.Length);
        Backend.Leaves.UnderWay = batch.Share;
        Backend.WriteImages(batch.Images[..checked((int)images.Shape.Count)], images);
        Backend.Upload(batch.Labels, labels);
    }

    /// <summary>Logits and loss of the loaded batch; in training also the loss's gradient in the logits.</summary>
    public BatchResult Forward(in Pass pass)
    {
        Normal.PushWeights(Backend, pass);
        Reduce.PushWeights(Backend, pass);
        stemConvolution.Forward(pass);
        stemNorm.Forward(pass);
        foreach (var cell in running) cell.Forward(pass);
        globalPool.Forward(pass);
        classifier.Forward(pass);
        Backend.CrossEntropy(Logits, labels, resultTensor, pass.Training ? Logits.Diff : null);
        var (loss, correct) = Backend.ReadLoss(resultTensor, images.Shape.N);
        return new BatchResult(loss, correct, Backend.Leaves.WholeOf(images.Shape.N));
    }

    /// <summary>
    /// Gradients after a training pass: of the alphas always (<see cref="ArchitectureParameters{T}.Diffs"/>), of the weights if the
    /// pass asks for them.
    /// </summary>
    public void Backward(in Pass pass)
    {
        if (pass.WeightGradients) Backend.Fill(Parameters.Diffs, T.Zero);
        classifier.Backward(pass, accumulate: false);
        globalPool.Backward(pass, accumulate: false);
        for (var i = running.Length - 1; i >= 0; i--)
        {
            // Cells add to their sources' gradients; the first to touch one clears it.
            if (i == running.Length - 1) ClearDiff(i - 1);
            if (i > 0) ClearDiff(i - 2);
            running[i].Backward(pass);
        }

        if (pass.WeightGradients)
        {
            stemNorm.Backward(pass, accumulate: false);
            stemConvolution.Backward(pass, accumulate: false);
            Backend.SumOverProcesses(Parameters.Diffs);
        }

        Normal.PullDiffs(Backend);
        Reduce.PullDiffs(Backend);
    }

    /// <inheritdoc/>
    public BatchResult Evaluate(ImageBatch<T> batch, in Pass pass)
    {
        LoadBatch(batch);
        var result = Forward(pass);
        Backward(pass);
        return result;
    }

    /// <summary>Frees activations, parameters and mixing weights.</summary>
    public void Dispose()
    {
        plan?.Dispose();
        Parameters.Dispose();
        foreach (var storage in mixing) storage.Dispose();
    }

    private long Forecast(int batch, int initChannels)
    {
        if (initChannels == Shape.InitChannels) return Build(batch).LayOut();
        try
        {
            using var other = new Supernet<T>(Backend, Shape with { InitChannels = initChannels }, form, dropPath, Normal.Space);
            return other.ForecastBytes(batch);
        }
        catch (OutOfMemoryException)
        {
            return long.MaxValue;
        }
    }

    private void ClearDiff(int cell)
    {
        var diff = (cell < 0 ? stemNorm.Dst : running[cell].Dst).Diff!;
        if (diff.Segments.Count == 0) Backend.Fill(diff, T.Zero);
        for (var k = 0; k < diff.Segments.Count; k++) Backend.Fill(diff.Segments[k], T.Zero);
    }

    private MemoryPlan<T> Build(int batch)
    {
        var built = new MemoryPlan<T>(Backend, batch);
        images = built.Activation("images", Shape.ImageChannels, Shape.Height, Shape.Width);
        labels = built.PerImage<int>("labels", 1, 1, 1);
        resultTensor = built.Vector("result", 2);
        // The second cell is the first to write the stem's gradient.
        built.DefaultDiffLifetime = new Lifetime(SharedCell<T>.BackwardTick(Shape, 1, cells.Length), int.MaxValue);
        stemConvolution.Plan(built, images);
        var stem = stemNorm.Plan(built, stemConvolution.Dst);
        built.DefaultDiffLifetime = Lifetime.Always;
        var (src0, src1) = (stem, stem);
        for (var i = 0; i < cells.Length; i++)
        {
            running[i] = form == CellForm.Textbook ? cells[i] : new SharedCell<T>(cells[i], i, cells.Length);
            (src0, src1) = (src1, running[i].Plan(built, src0, src1));
        }

        globalPool.Plan(built, src1);
        classifier.Plan(built, globalPool.Dst);
        return built;
    }
}
