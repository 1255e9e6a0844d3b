using MIOpenDarts.Layers.Backends;

namespace MIOpenDarts.Darts.Benchmarks.Operations;

/// <summary>
/// The separable convolutions that leave one state: for each of its <paramref name="edges"/> the first halves of both separable ones
/// and both dilated ones, as the shared form of a cell calls them.
/// </summary>
internal sealed class SharedConvolutionsCase(int edges) : OperationCase("convolutions_of_a_state")
{
    private static readonly Window2D[] Windows =
        [Window2D.Square(3, 1, 1), Window2D.Square(5, 1, 2), Window2D.Square(3, 1, 2, dilation: 2), Window2D.Square(5, 1, 4, dilation: 2)];

    private int Branches => edges * Windows.Length;

    public override Work Forward(Geometry g) => Work.From(MultiplyAdds(g), (1 + Branches) * g.Count);

    // A branch has its raw value and the gradient of the node or of the second half; the source's gradient is added to.
    public override Work Backward(Geometry g) => Work.From(2 * MultiplyAdds(g), (3 + 2 * Branches) * g.Count);

    private protected override (Action Forward, Action Backward) Build(Workbench bench, Geometry g)
    {
        var src = bench.Images(g);
        SeparableBranch<float>[] branches = [.. Enumerable.Range(0, Branches).Select(b => Branch(Windows[b % Windows.Length]))];
        var operation = bench.Backend.PlanSeparable(bench.Plan, new(branches));
        return (() => operation.Forward(training: true), () => operation.Backward(weightGradients: true));

        SeparableBranch<float> Branch(Window2D window)
        {
            var value = bench.Images(g);
            return new()
            {
                Src = src,
                Depthwise = bench.Filter(g.Channels, 1, window.KernelH),
                Pointwise = bench.Filter(g.Channels, g.Channels, 1),
                Window = window,
                Dst = bench.Normalized(value, value.Diff!),
            };
        }
    }

    private double MultiplyAdds(Geometry g) => edges * g.Count * Windows.Sum(w => w.Taps + g.Channels);
}

/// <summary>The second half of a 3x3 separable convolution: batch norm and ReLU of the first half are applied on loading.</summary>
internal sealed class SecondHalfCase() : OperationCase("second_half_3x3")
{
    public override Work Forward(Geometry g) => Work.From(MultiplyAdds(g), 2 * g.Count);

    public override Work Backward(Geometry g) => Work.From(2 * MultiplyAdds(g), 4 * g.Count);

    private protected override (Action Forward, Action Backward) Build(Workbench bench, Geometry g)
    {
        var (src, dst) = (bench.Images(g), bench.Images(g));
        SeparableBranch<float>[] branches =
        [
            new()
            {
                Src = src,
                NormalizedSrc = bench.Normalized(src, src.Diff!),
                Depthwise = bench.Filter(g.Channels, 1, 3),
                Pointwise = bench.Filter(g.Channels, g.Channels, 1),
                Window = Window2D.Square(3, 1, 1),
                Dst = bench.Normalized(dst, dst.Diff!),
            },
        ];
        var operation = bench.Backend.PlanSeparable(bench.Plan, new(branches));
        return (() => operation.Forward(training: true), () => operation.Backward(weightGradients: true));
    }

    private static double MultiplyAdds(Geometry g) => g.Count * (9 + g.Channels);
}

/// <summary>A node with <paramref name="edges"/> edges: six raw values with their batch norms and one identity from each.</summary>
internal sealed class NodeSumCase(int edges) : OperationCase("node_sum")
{
    private const int Normalized = 6;

    public override Work Forward(Geometry g) => Work.From(0, (edges * (Normalized + 1) + 1) * g.Count);

    // Every value once for the sums, the node's gradient, and the identities' gradients, which are added to.
    public override Work Backward(Geometry g) => Work.From(0, (edges * (Normalized + 1) + 1 + 2 * edges) * g.Count);

    private protected override (Action Forward, Action Backward) Build(Workbench bench, Geometry g)
    {
        var node = bench.Images(g);
        var weights = bench.Filter(1, edges * (Normalized + 1), 1);
        var branches = new List<NodeSumTerm<float>>();
        for (var k = 0; k < weights.Capacity.C; k++)
        {
            var value = bench.Images(g);
            var isIdentity = k % (Normalized + 1) == Normalized;
            branches.Add(new(k, isIdentity ? null : bench.Normalized(value, node.Diff!), isIdentity ? value : null) { Dst = node });
        }

        var operation = bench.Backend.PlanNodeSum(
            bench.Plan, new NodeSum<float>(new([.. branches]), weights, node.Capacity, accumulate: false));
        return (() => operation.Forward(training: true), () => operation.Backward(weightGradients: true));
    }
}
