using MIOpenDarts.Layers.Backends;
using MIOpenDarts.Layers.Tensors;

namespace MIOpenDarts.Darts.Benchmarks.Operations;

/// <summary>An operation that only moves numbers: so many activations forward, so many backward.</summary>
/// <param name="name">What tables and filters call it.</param>
/// <param name="forward">Activations that the forward pass reads or writes.</param>
/// <param name="backward">Activations that the backward pass reads or writes.</param>
/// <param name="build">Makes both passes from a source and a destination of equal extent.</param>
internal sealed class ElementwiseCase(
    string name, int forward, int backward, Func<Workbench, Tensor<float>, Tensor<float>, (Action Forward, Action Backward)> build)
    : OperationCase(name)
{
    /// <summary>Every element-wise operation of a network.</summary>
    public static IEnumerable<OperationCase> All =>
    [
        new ElementwiseCase("relu", 2, 3, (bench, src, dst) => (
            () => bench.Backend.ReluForward(src, dst),
            () => bench.Backend.ReluBackward(src, dst.Diff!, src.Diff!, accumulate: false))),
        // The statistics need the whole batch before the first number can be normalised: the source is read twice.
        new ElementwiseCase("batch_norm", 3, 5, BatchNorm),
        new ElementwiseCase("scale", 2, 4, Scale),
        new ElementwiseCase("drop_path", 2, 2, DropPath),
        new ElementwiseCase("dropout", 3, 3, Dropout),
    ];

    public override Work Forward(Geometry g) => Work.From(0, forward * g.Count);

    public override Work Backward(Geometry g) => Work.From(0, backward * g.Count);

    private protected override (Action Forward, Action Backward) Build(Workbench bench, Geometry g) =>
        build(bench, bench.Images(g), bench.Images(g));

    private static (Action Forward, Action Backward) BatchNorm(Workbench bench, Tensor<float> src, Tensor<float> dst) =>
        Passes(bench.Backend.PlanBatchNorm(bench.Plan, src, bench.Norm(src.Capacity.C), dst));

    private static (Action Forward, Action Backward) Scale(Workbench bench, Tensor<float> src, Tensor<float> dst)
    {
        var weights = bench.Filter(1, 8, 1);
        return (
            () => bench.Backend.ScaleForward(src, weights, 3, dst, accumulate: false),
            () =>
            {
                bench.Backend.ScaleBackwardWeights(src, dst.Diff!, weights.Diff!, 3);
                bench.Backend.ScaleForward(dst.Diff!, weights, 3, src.Diff!, accumulate: false);
            }
        );
    }

    private static (Action Forward, Action Backward) DropPath(Workbench bench, Tensor<float> src, Tensor<float> dst)
    {
        var factors = bench.Images(1, 1);
        return (
            () => bench.Backend.ScaleImages(src, factors, dst, accumulate: false),
            () => bench.Backend.ScaleImages(dst.Diff!, factors, src.Diff!, accumulate: false)
        );
    }

    private static (Action Forward, Action Backward) Dropout(Workbench bench, Tensor<float> src, Tensor<float> dst)
    {
        var (_, c, h, _) = src.Capacity;
        var factors = bench.Images(c, h);
        return (
            () => bench.Backend.Multiply(src, factors, dst, accumulate: false),
            () => bench.Backend.Multiply(dst.Diff!, factors, src.Diff!, accumulate: false)
        );
    }
}

/// <summary>Four nodes side by side: the output of a cell.</summary>
internal sealed class ConcatCase() : OperationCase("concat")
{
    private const int Nodes = 4;

    public override Work Forward(Geometry g) => Work.From(0, 2 * Nodes * g.Count);

    public override Work Backward(Geometry g) => Work.From(0, 2 * Nodes * g.Count);

    private protected override (Action Forward, Action Backward) Build(Workbench bench, Geometry g)
    {
        Tensor<float>[] sources = [.. Enumerable.Range(0, Nodes).Select(_ => bench.Images(g))];
        Tensor<float>[] diffs = [.. sources.Select(s => s.Diff!)];
        var dst = bench.Images(Nodes * g.Channels, g.Size);
        return (() => bench.Backend.ConcatForward(sources, dst), () => bench.Backend.ConcatBackward(dst.Diff!, diffs, accumulate: false));
    }
}

/// <summary>Softmax cross entropy of ten classes, without the gradient and with it.</summary>
internal sealed class CrossEntropyCase() : OperationCase("cross_entropy")
{
    private const int Classes = 10;

    public override Work Forward(Geometry g) => Work.From(0, (double)g.Batch * (Classes + 1));

    public override Work Backward(Geometry g) => Work.From(0, (double)g.Batch * (2 * Classes + 1));

    private protected override (Action Forward, Action Backward) Build(Workbench bench, Geometry g)
    {
        var logits = bench.Images(Classes, 1);
        var (labels, result) = (bench.Plan.PerImage<int>("labels", 1, 1, 1), bench.Plan.Vector("result", 2));
        return (
            () => bench.Backend.CrossEntropy(logits, labels, result, null),
            () => bench.Backend.CrossEntropy(logits, labels, result, logits.Diff)
        );
    }
}
