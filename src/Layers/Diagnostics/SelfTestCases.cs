using MIOpenDarts.Layers.Backends;
using MIOpenDarts.Layers.Tensors;

namespace MIOpenDarts.Layers.Diagnostics;

/// <summary>One operation of the self-test.</summary>
/// <param name="Name">What it computes.</param>
/// <param name="Library">Who computes it on a GPU.</param>
/// <param name="Short">Whether it belongs to the short form that comes before every search.</param>
/// <param name="Run">Makes inputs and results, and runs it.</param>
internal sealed record SelfTestCase(string Name, string Library, bool Short, Action<SelfTestTensors> Run);

/// <summary>Every operation of a search, in small; channels and pixels that fill no tile evenly.</summary>
internal static class SelfTestCases
{
    private const string Own = "own kernels";
    private const string MIOpen = "MIOpen";
    private const int N = 3, C = 18, H = 9, W = 7, O = 20;
    private static readonly Window2D Three = Window2D.Square(3, 1, 1);

    public static IReadOnlyList<SelfTestCase> All { get; } =
    [
        new("copies to the GPU and back", "HIP", true, t => t.ImageResult(N, C, H, W)),
        new("fill, copy, concatenation, drop path", Own, false, Elementwise),
        new("sums, products, ReLU", MIOpen, false, Arithmetic),
        new("convolution 3x3, forward", MIOpen, true, t => t.Backend.ConvolutionForward(
            t.Images(N, 3, H, W), t.Parameter(O, 3, 3, 3), t.ImageResult(N, O, H, W), Three, 1)),
        new("convolution 3x3, data gradient", MIOpen, false, t => t.Backend.ConvolutionBackwardData(
            t.Images(N, O, H, W), t.Parameter(O, 3, 3, 3), t.ImageResult(N, 3, H, W), Three, 1, accumulate: false)),
        new("convolution 3x3, filter gradient", MIOpen, true, t => t.Backend.ConvolutionBackwardWeights(
            t.Images(N, 3, H, W), t.Images(N, O, H, W), t.ParameterResult(O, 3, 3, 3), Three, 1)),
        new("pointwise convolution, forward", "hipBLAS", true, t => t.Backend.ConvolutionForward(
            t.Images(N, C, H, W), t.Parameter(O, C, 1, 1), t.ImageResult(N, O, H, W), Window2D.Point, 1)),
        new("pointwise convolution, data gradient", "hipBLAS", true, t => t.Backend.ConvolutionBackwardData(
            t.Images(N, O, H, W), t.Parameter(O, C, 1, 1), t.ImageResult(N, C, H, W), Window2D.Point, 1, accumulate: false)),
        new("pointwise convolution, filter gradient", Own, false, t => t.Backend.ConvolutionBackwardWeights(
            t.Images(N, C, H, W), t.Images(N, O, H, W), t.ParameterResult(O, C, 1, 1), Window2D.Point, 1)),
        new("depthwise convolutions, all directions", Own, false, Depthwise),
        new("factorized reduction, all directions", Own, false, FactorizedReduce),
        new("linear layer, forward", Own, false, t => t.Backend.LinearForward(
            t.Images(N, C, 1, 1), t.Parameter(O, C, 1, 1), t.Parameter(O), t.ImageResult(N, O, 1, 1))),
        new("linear layer, gradients", "hipBLAS", true, t =>
        {
            t.Backend.LinearBackwardData(t.Images(N, O, 1, 1), t.Parameter(O, C, 1, 1), t.ImageResult(N, C, 1, 1));
            t.Backend.LinearBackwardWeights(t.Images(N, C, 1, 1), t.Images(N, O, 1, 1), t.ParameterResult(O, C, 1, 1),
                t.ParameterResult(O));
        }),
        new("batch normalisation, both directions", MIOpen, true, BatchNorm),
        new("batch normalisation in parts", Own, false, NormalizationParts),
        new("pools, both directions", MIOpen, true, Pools),
        new("shared pools, both directions", Own, false, SharedPools),
        new("partial channels, all directions", Own, false, PartialChannels),
        new("softmax cross entropy", MIOpen, false, t => t.Backend.CrossEntropy(
            t.Images(N, 10, 1, 1), t.Zeros<int>(N, 1, 1, 1), t.ParameterResult(2), t.ImageResult(N, 10, 1, 1))),
        new("optimisers and norms", Own, false, t =>
        {
            t.Backend.SgdStep(t.ParameterResult(5000), t.Parameter(5000), t.ParameterResult(5000), 0.025, 0.9, 3e-4, nesterov: false);
            t.Backend.AdamStep(t.ParameterResult(5000), t.Parameter(5000), t.ParameterResult(5000), t.Zeros<float>(1, 5000, 1, 1),
                new AdamSettings(0.025, 0.9, 0.999, 3e-4, Step: 1));
            t.Backend.AddScaled(0.3, t.Parameter(5000), t.ParameterResult(5000));
            t.NumberResult(t.Backend.SquaredNorm(t.Parameter(5000)));
        }),
        new("separable branches, forward and backward", Own, true, Separable),
        new("node sum, forward and backward", Own, true, NodeSum),
    ];

    private static void Elementwise(SelfTestTensors t)
    {
        var dst = t.ImageResult(N, C, H, W);
        t.Backend.Fill(dst, 0.5f);
        t.Backend.ScaleImages(t.Images(N, C, H, W), t.Parameter(N), dst, accumulate: true);
        t.Backend.ConcatForward([dst, t.Images(N, 5, H, W)], t.ImageResult(N, C + 5, H, W));
        t.Backend.Copy(t.Images(N, C, H, W), t.ImageResult(N, C, H, W));
    }

    private static void Arithmetic(SelfTestTensors t)
    {
        var (src, dst) = (t.Images(N, C, H, W), t.ImageResult(N, C, H, W));
        t.Backend.Add(src, dst);
        t.Backend.Multiply(src, t.Images(N, C, H, W), dst, accumulate: true);
        t.Backend.ScaleForward(src, t.Parameter(4), 2, dst, accumulate: true);
        t.Backend.ReluForward(dst, t.ImageResult(N, C, H, W));
        t.Backend.ReluBackward(src, dst, t.ImageResult(N, C, H, W), accumulate: false);
    }

    private static void Depthwise(SelfTestTensors t)
    {
        foreach (var (kernel, stride, dilation) in new[] { (3, 1, 1), (5, 1, 2), (5, 2, 1), (3, 2, 2) })
        {
            var window = Window2D.Square(kernel, stride, dilation * (kernel - 1) / 2, dilation);
            var (h, w) = (window.OutputHeight(H), window.OutputWidth(W));
            var (src, filter, diff) = (t.Images(N, C, H, W), t.Parameter(C, 1, kernel, kernel), t.Images(N, C, h, w));
            t.Backend.ConvolutionForward(src, filter, t.ImageResult(N, C, h, w), window, C);
            t.Backend.ConvolutionBackwardData(diff, filter, t.ImageResult(N, C, H, W), window, C, accumulate: true);
            t.Backend.ConvolutionBackwardWeights(src, diff, t.ParameterResult(C, 1, kernel, kernel), window, C);
        }
    }

    private static void FactorizedReduce(SelfTestTensors t)
    {
        var (src, even, odd, diff) = (t.Images(N, C, H, W), t.Parameter(O / 2, C, 1, 1), t.Parameter(O / 2, C, 1, 1), t.Images(N, O, 5, 4));
        t.Backend.FactorizedReduceForward(src, even, odd, t.ImageResult(N, O, 5, 4));
        t.Backend.FactorizedReduceBackwardData(diff, even, odd, t.ImageResult(N, C, H, W), accumulate: true);
        t.Backend.FactorizedReduceBackwardWeights(src, diff, t.ParameterResult(O / 2, C, 1, 1), t.ParameterResult(O / 2, C, 1, 1));
    }

    private static void BatchNorm(SelfTestTensors t)
    {
        var src = t.Images(N, C, H, W);
        var (norm, running) = (t.Normalized(src, src).Norm, t.Normalized(src, src).Norm);
        t.Backend.BatchNormForward(src, norm, t.ImageResult(N, C, H, W), training: true);
        Statistics(t, norm);
        t.Backend.NormalizationBackward(src, norm, t.Images(N, C, H, W), t.ImageResult(N, C, H, W), accumulate: false,
            weightGradients: false);
        t.Backend.BatchNormForward(src, running, t.ImageResult(N, C, H, W), training: false);
    }

    private static void NormalizationParts(SelfTestTensors t)
    {
        var (src, diff) = (t.Images(N, C, H, W), t.Images(N, C, H, W));
        var v = t.Normalized(src, diff);
        t.Backend.NormalizationStatistics(src, v.Norm);
        Statistics(t, v.Norm);
        t.Backend.NormalizationForward(src, v.Norm, t.ImageResult(N, C, H, W));
        t.Backend.NormalizationGradient(v, null, -1, null);
        t.Backend.NormalizationDiff(new ReadOnlySpan<DeferredBatchNorm<float>>(in v), t.ImageResult(N, C, H, W), accumulate: false);
    }

    private static void Statistics(SelfTestTensors t, BatchNormState<float> norm)
    {
        foreach (var vector in new[] { norm.Mean, norm.InverseDeviation, norm.RunningMean, norm.RunningVariance }) t.VectorResult(vector);
    }

    private static void Pools(SelfTestTensors t)
    {
        var (src, max, average, taps) = (t.Images(N, C, H, W), t.ImageResult(N, C, H, W), t.ImageResult(N, C, H, W),
            t.Zeros<byte>(N, C, H, W));
        t.Backend.MaxPoolForward(src, max, taps, Three);
        t.Backend.AveragePoolForward(src, average, Three);
        var diff = t.ImageResult(N, C, H, W);
        t.Backend.MaxPoolBackward(t.Images(N, C, H, W), taps, diff, Three, accumulate: false);
        t.Backend.AveragePoolBackward(t.Images(N, C, H, W), diff, Three, accumulate: true);
        t.Backend.GlobalAverageForward(src, t.ImageResult(N, C, 1, 1));
    }

    private static void SharedPools(SelfTestTensors t)
    {
        var (src, max, average) = (t.Images(N, C, H, W), t.ImageResult(N, C, H, W), t.ImageResult(N, C, H, W));
        src.Diff = t.ImageResult(N, C, H, W);
        var pools = new SharedPools<float>
        {
            Src = src,
            Window = Three,
            Max = max,
            Indices = t.Zeros<byte>(N, C, H, W),
            Average = average,
            MaxEdges = new(t.Normalized(max, t.Images(N, C, H, W)), t.Normalized(max, t.Images(N, C, H, W))),
            AverageEdges = new(t.Normalized(average, t.Images(N, C, H, W))),
        };
        var operation = t.Plan(N, plan => t.Backend.PlanSharedPools(plan, pools));
        operation.Forward(training: true);
        foreach (var edge in new[] { pools.MaxEdges.All[1], pools.AverageEdges.All[0] }) Statistics(t, edge.Norm);
        operation.Backward(weightGradients: true);
    }

    private static void PartialChannels(SelfTestTensors t)
    {
        const int heads = C / 3, rest = C - heads;
        var (src, taps) = (t.Images(N, C, H, W), t.Zeros<byte>(N, rest, (H + 1) / 2, (W + 1) / 2));
        var (head, pooled) = (t.ImageResult(N, heads, H, W), t.ImageResult(N, rest, (H + 1) / 2, (W + 1) / 2));
        t.Backend.PartialSplitForward(src, head, pooled, taps);
        t.Backend.PartialSplitBackward(t.Images(N, heads, H, W), t.Images(N, rest, (H + 1) / 2, (W + 1) / 2), taps,
            t.ImageResult(N, C, H, W), accumulate: true);
        t.Backend.PartialMergeForward(head, t.Images(N, rest, H, W), t.ImageResult(N, C, H, W));
        t.Backend.PartialMergeBackward(t.Images(N, C, H, W), t.ImageResult(N, heads, H, W), t.ImageResult(N, rest, H, W));
    }

    private static void Separable(SelfTestTensors t)
    {
        var src = t.Images(N, C, H, W);
        src.Diff = t.ImageResult(N, C, H, W);
        SeparableBranch<float>[] branches = [.. new[] { (3, 1), (5, 2) }.Select(b => Branch(t, src, b.Item1, b.Item2))];
        var operation = t.Plan(N, plan => t.Backend.PlanSeparable(plan, new(branches)));
        operation.Forward(training: true);
        operation.Backward(weightGradients: true);
    }

    private static SeparableBranch<float> Branch(SelfTestTensors t, Tensor<float> src, int kernel, int dilation)
    {
        var (depthwise, pointwise) = (t.Parameter(C, 1, kernel, kernel), t.Parameter(O, C, 1, 1));
        depthwise.Diff = t.ParameterResult(C, 1, kernel, kernel);
        pointwise.Diff = t.ParameterResult(O, C, 1, 1);
        return new SeparableBranch<float>
        {
            Src = src,
            Depthwise = depthwise,
            Pointwise = pointwise,
            Window = Window2D.Square(kernel, 1, dilation * (kernel - 1) / 2, dilation),
            Dst = t.Normalized(t.ImageResult(N, O, H, W), t.Images(N, O, H, W)),
        };
    }

    private static void NodeSum(SelfTestTensors t)
    {
        var (node, identity) = (t.ImageResult(N, C, H, W), t.Images(N, C, H, W));
        (node.Diff, identity.Diff) = (t.Images(N, C, H, W), t.ImageResult(N, C, H, W));
        var v = t.Normalized(t.Images(N, C, H, W), node.Diff);
        ActiveList<NodeSumTerm<float>> terms = new(
            new(0, v, null) { Dst = node }, new(1, t.Normalized(t.Images(N, C, H, W), node.Diff), null) { Dst = node },
            new(2, null, identity) { Dst = node });
        var weights = t.Parameter(3);
        weights.Diff = t.ParameterResult(3);
        var operation = t.Plan(N, plan => t.Backend.PlanNodeSum(plan, new(terms, weights, node.Capacity, accumulate: false)));
        operation.Forward(training: true);
        operation.Backward(weightGradients: true);
        foreach (var vector in new[] { v.Gradient.Dy, v.Gradient.Z, v.Gradient.Constant }) t.VectorResult(vector);
    }
}
