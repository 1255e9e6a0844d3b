using System.Numerics;
using MIOpenDarts.Darts.Evaluation.Cells;
using MIOpenDarts.Darts.Genotypes;
using MIOpenDarts.Layers.Backends;
using MIOpenDarts.Layers.Modules;
using MIOpenDarts.Layers.Tensors;

namespace MIOpenDarts.Darts.Evaluation;

/// <summary>
/// The discrete network of a genotype, section 3.1 and 3.2 of the DARTS paper: stem, cells, global pool, classifier, and in training an
/// auxiliary head, with the parameters and names of the official <c>model.py</c>.
/// </summary>
/// <typeparam name="T">float or double.</typeparam>
internal sealed class EvaluationNetwork<T> : ImageClassifier<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    // Source of the first cells: output −1 is the last stem and −2 the one before it, which is the same in the CIFAR form.
    private const int StemTicks = 2;
    private readonly Sequential<T>[] stems;
    private readonly EvaluationCell<T>[] cells;
    private readonly Tensor<T>[][] firstReads;
    private readonly AuxiliaryHead<T>? head;
    private readonly GlobalAveragePool<T> globalPool = new();
    private readonly Linear<T> classifier;
    private bool headPlanned;

    /// <summary>Builds the network on a backend with zeroed parameters; see <see cref="ParameterSet{T}.Initialize"/>.</summary>
    /// <exception cref="GenotypeFormatException">A cell of the genotype has no output.</exception>
    public EvaluationNetwork(Backend<T> backend, EvaluationShape shape, Genotype genotype)
        : base(backend, shape.Task)
    {
        (Shape, Genotype) = (shape, genotype.WithOutputs());
        var (normal, reduce) = (DiscreteCell.From(genotype.Normal, reduction: false), DiscreteCell.From(genotype.Reduce, reduction: true));
        var dropsNodes = DiscreteCell.DropsWholeNodes(genotype);
        stems = Stems(shape);
        var channels = shape.InitChannels;
        var inputs1 = shape.Stem == StemForm.Cifar ? 3 * channels : channels;
        var (inputs0, afterReduction, auxiliary, masks) = (inputs1, shape.Stem == StemForm.ImageNet, 0, 0);
        cells = new EvaluationCell<T>[shape.Layers];
        firstReads = new Tensor<T>[shape.Layers][];
        for (var i = 0; i < shape.Layers; i++)
        {
            var reduction = shape.IsReduction(i);
            if (reduction) channels *= 2;
            cells[i] = new EvaluationCell<T>(
                Parameters, $"cells.{i}.", reduction ? reduce : normal, channels, inputs0, inputs1,
                reduction, afterReduction, dropsNodes, ref masks);
            (inputs0, inputs1, afterReduction) = (inputs1, cells[i].Outputs, reduction);
            if (i == shape.AuxiliaryCell) auxiliary = inputs1;
        }

        if (shape.Auxiliary) head = new AuxiliaryHead<T>(Parameters, AuxiliaryPrefix, auxiliary, shape, SizeAfterAuxiliaryCell);
        classifier = new Linear<T>(Parameters, "classifier.", inputs1, shape.Task.Classes);
        Parameters.Commit(backend);
    }

    /// <summary>What it was built from.</summary>
    public EvaluationShape Shape { get; }

    /// <summary>What it was built from.</summary>
    public Genotype Genotype { get; }

    /// <inheritdoc/>
    public override Tensor<T> Logits => classifier.Dst;

    /// <inheritdoc/>
    public override Tensor<T>? AuxiliaryLogits => headPlanned ? head!.Dst : null;

    /// <inheritdoc/>
    public override void SetDropPath(double probability)
    {
        foreach (var cell in cells) cell.SetDropPath(probability);
    }

    /// <inheritdoc/>
    public override InferenceGraph<T> Trace()
    {
        var graph = new InferenceGraph<T>(Task.Channels, Task.Height, Task.Width);
        var outputs = new List<GraphValue> { stems[0].Trace(graph, graph.Input) };
        outputs.Add(stems.Length == 1 ? outputs[0] : stems[1].Trace(graph, outputs[0]));
        foreach (var cell in cells) outputs.Add(cell.Trace(graph, outputs[^2], outputs[^1]));
        graph.SetOutput(classifier.Trace(graph, globalPool.Trace(graph, outputs[^1])));
        return graph;
    }

    /// <inheritdoc/>
    private protected override void PlanLayers(MemoryPlan<T> built, Scratchpad<T> shared, LivenessSchedule time, Tensor<T> source)
    {
        var ticks = cells.Max(cell => cell.Ticks);
        int Begin(int cell) => StemTicks + Math.Min(cell, cells.Length) * ticks;

        var outputs = new List<Tensor<T>>();
        for (var s = 0; s < stems.Length; s++)
        {
            built.DefaultLifetime = time.Value(s, Begin(1));
            built.DefaultDiffLifetime = time.Diff(s, Begin(2) - 1);
            outputs.Add(stems[s].Plan(built, s == 0 ? source : outputs[0]));
        }

        if (stems.Length == 1) outputs.Add(outputs[0]);
        for (var i = 0; i < cells.Length; i++)
        {
            outputs.Add(cells[i].Plan(
                built, shared, time, outputs[i], outputs[i + 1], new LiveRange(Begin(i), Begin(i + 1) - 1, Begin(i + 2), Begin(i + 3))));
            if (i != Shape.AuxiliaryCell || head is null || !time.Training) continue;
            var tick = Begin(i + 1) - 1;
            built.DefaultLifetime = time.Value(tick, tick);
            // The loss writes the gradient of the head's logits before the backward pass begins.
            built.DefaultDiffLifetime = time.Diff(tick, Begin(cells.Length));
            head.Plan(built, outputs[^1]);
        }

        headPlanned = head is not null && time.Training;
        var end = Begin(cells.Length);
        built.DefaultLifetime = time.Value(end, end);
        built.DefaultDiffLifetime = time.Diff(end, end);
        classifier.Plan(built, globalPool.Plan(built, outputs[^1]));
        FindFirstReads(outputs);
    }

    /// <inheritdoc/>
    protected override void RunForward(in Pass pass)
    {
        foreach (var stem in stems) stem.Forward(pass);
        for (var i = 0; i < cells.Length; i++)
        {
            cells[i].Forward(pass);
            if (i == Shape.AuxiliaryCell && pass.Training && headPlanned) head!.Forward(pass);
        }

        globalPool.Forward(pass);
        classifier.Forward(pass);
    }

    /// <inheritdoc/>
    protected override void RunBackward(in Pass pass)
    {
        classifier.Backward(pass, accumulate: false);
        globalPool.Backward(pass, accumulate: false);
        for (var i = cells.Length - 1; i >= 0; i--)
        {
            // Cells add to their sources' gradients; the first to touch one clears it.
            foreach (var source in firstReads[i]) Backend.Fill(source.Diff!, T.Zero);
            if (i == Shape.AuxiliaryCell && headPlanned) head!.Backward(pass, accumulate: true);
            cells[i].Backward(pass);
        }

        for (var s = stems.Length - 1; s >= 0; s--) stems[s].Backward(pass, accumulate: s > 0);
    }

    private void FindFirstReads(List<Tensor<T>> outputs)
    {
        var seen = new HashSet<Tensor<T>>();
        for (var i = cells.Length - 1; i >= 0; i--) firstReads[i] = [.. new[] { outputs[i], outputs[i + 1] }.Where(seen.Add)];
    }

    private Sequential<T>[] Stems(EvaluationShape shape)
    {
        var (images, channels) = (shape.Task.Channels, shape.InitChannels);
        var halving = Window2D.Square(3, 2, 1);
        return shape.Stem == StemForm.Cifar
            ?
            [
                new Sequential<T>(Convolve("stem.0.", images, 3 * channels, Window2D.Square(3, 1, 1)), Norm("stem.1.", 3 * channels)),
            ]
            :
            [
                new Sequential<T>(
                    Convolve("stem0.0.", images, channels / 2, halving), Norm("stem0.1.", channels / 2), new Relu<T>(),
                    Convolve("stem0.3.", channels / 2, channels, halving), Norm("stem0.4.", channels)),
                new Sequential<T>(new Relu<T>(), Convolve("stem1.1.", channels, channels, halving), Norm("stem1.2.", channels)),
            ];

        Convolution<T> Convolve(string name, int from, int to, Window2D window) => new(Parameters, name, from, to, window);
        BatchNorm<T> Norm(string name, int width) => new(Parameters, name, width, affine: true);
    }

    private (int Height, int Width) SizeAfterAuxiliaryCell
    {
        get
        {
            var halvings = Shape.Stem == StemForm.Cifar ? 0 : 3;
            for (var i = 0; i <= Shape.AuxiliaryCell; i++) halvings += Shape.IsReduction(i) ? 1 : 0;
            var (height, width) = (Task.Height, Task.Width);
            for (var i = 0; i < halvings; i++) (height, width) = ((height + 1) / 2, (width + 1) / 2);
            return (height, width);
        }
    }
}
