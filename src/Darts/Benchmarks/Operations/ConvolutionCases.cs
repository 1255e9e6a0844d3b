using MIOpenDarts.Layers.Backends;

namespace MIOpenDarts.Darts.Benchmarks.Operations;

/// <summary>
/// A convolution from <paramref name="inputs"/>(C) to <paramref name="outputs"/>(C) channels, with one filter a channel if
/// <paramref name="depthwise"/>.
/// </summary>
internal sealed class ConvolutionCase(string name, Window2D window, bool depthwise, Func<int, int> inputs, Func<int, int> outputs)
    : OperationCase(name)
{
    public static ConvolutionCase Depthwise(int kernel, int stride, int dilation) => new(
        $"depthwise_{kernel}x{kernel}{(dilation > 1 ? "_dilated" : "")}{(stride > 1 ? "_stride2" : "")}",
        Window2D.Square(kernel, stride, dilation * (kernel - 1) / 2, dilation), depthwise: true, c => c, c => c);

    public override Work Forward(Geometry g) => Work.From(MultiplyAdds(g), Source(g) + Destination(g) + Filter(g));

    public override Work Backward(Geometry g) => Work.From(2 * MultiplyAdds(g), 2 * Source(g) + Destination(g) + 2 * Filter(g));

    private protected override (Action Forward, Action Backward) Build(Workbench bench, Geometry g)
    {
        var (i, o) = (inputs(g.Channels), outputs(g.Channels));
        var groups = depthwise ? i : 1;
        var (src, dst) = (bench.Images(i, g.Size), bench.Images(o, window.OutputHeight(g.Size)));
        var weights = bench.Filter(o, i / groups, window.KernelH);
        return Passes(bench.Backend.PlanConvolution(bench.Plan, src, weights, dst, window, groups));
    }

    private double Filter(Geometry g) => (double)outputs(g.Channels) * (depthwise ? 1 : inputs(g.Channels)) * window.Taps;

    private double MultiplyAdds(Geometry g) => Filter(g) * g.Batch * Pixels(g);

    private double Source(Geometry g) => g.Count / g.Channels * inputs(g.Channels);

    private double Destination(Geometry g) => (double)g.Batch * outputs(g.Channels) * Pixels(g);

    private double Pixels(Geometry g) => (double)window.OutputHeight(g.Size) * window.OutputWidth(g.Size);
}

/// <summary>The pair of 1x1 convolutions with stride 2 of a factorized reduction.</summary>
internal sealed class FactorizedReduceCase() : OperationCase("factorized_reduce_1x1")
{
    public override Work Forward(Geometry g) => Work.From(MultiplyAdds(g), g.Count + g.Strided(2).Count);

    public override Work Backward(Geometry g) => Work.From(2 * MultiplyAdds(g), 2 * g.Count + g.Strided(2).Count);

    private protected override (Action Forward, Action Backward) Build(Workbench bench, Geometry g)
    {
        var (src, dst) = (bench.Images(g), bench.Images(g.Strided(2)));
        var (even, odd) = (bench.Filter(g.Channels / 2, g.Channels, 1), bench.Filter(g.Channels / 2, g.Channels, 1));
        return Passes(bench.Backend.PlanFactorizedReduce(bench.Plan, src, even, odd, dst));
    }

    private static double MultiplyAdds(Geometry g) => g.Strided(2).Count * g.Channels;
}

/// <summary>The classifier: C channels to ten classes.</summary>
internal sealed class LinearCase() : OperationCase("linear")
{
    private const int Classes = 10;

    public override Work Forward(Geometry g) => Work.From((double)g.Batch * g.Channels * Classes, Floats(g, 1));

    public override Work Backward(Geometry g) => Work.From(2.0 * g.Batch * g.Channels * Classes, Floats(g, 2));

    private protected override (Action Forward, Action Backward) Build(Workbench bench, Geometry g)
    {
        var (src, dst) = (bench.Images(g.Channels, 1), bench.Images(Classes, 1));
        var (weights, bias) = (bench.Filter(Classes, g.Channels, 1), bench.Filter(1, Classes, 1));
        return Passes(bench.Backend.PlanLinear(bench.Plan, src, weights, bias, dst));
    }

    private static double Floats(Geometry g, int sources) =>
        sources * ((double)g.Batch * g.Channels + g.Channels * Classes + Classes) + (double)g.Batch * Classes;
}
