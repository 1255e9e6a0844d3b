using MIOpenDarts.Layers.Backends;
using MIOpenDarts.Layers.Backends.Reference;
using MIOpenDarts.Layers.Tensors;

namespace MIOpenDarts.Layers.Tests.Backends;

/// <summary>The reference's gradients against central differences of its own forward passes, in double precision.</summary>
public sealed class NumericalGradientTests : IDisposable
{
    private static readonly Window2D[] Windows =
    [
        Window2D.Square(3, 1, 1), Window2D.Square(3, 2, 1), Window2D.Square(3, 1, 2, dilation: 2), Window2D.Square(5, 2, 4, dilation: 2),
        new(1, 7, 1, 2, 0, 3, 1),
    ];

    private static readonly Shape Src = new(2, 4, 5, 7);
    private readonly Rig<double> rig = new(new ReferenceBackend<double>(), OperationCase.Typical(4));

    public static TheoryData<int> WindowNumbers => [.. Enumerable.Range(0, Windows.Length)];

    private Backend<double> B => rig.Backend;

    [Theory]
    [MemberData(nameof(WindowNumbers))]
    public void Convolution(int window)
    {
        foreach (var groups in new[] { 1, 2, 4 })
        {
            var w = Windows[window];
            var (x, f) = (Input(Src), Input(new Shape(8, 4 / groups, w.KernelH, w.KernelW)));
            var y = Output(new Shape(2, 8, w.OutputHeight(5), w.OutputWidth(7)));
            B.ConvolutionBackwardData(y.Diff!, f, x.Diff!, w, groups, accumulate: false);
            B.ConvolutionBackwardWeights(x, y.Diff!, f.Diff!, w, groups);
            Check(() => B.ConvolutionForward(x, f, y, w, groups), y, x, f);
        }
    }

    [Theory]
    [MemberData(nameof(WindowNumbers))]
    public void Pools(int window)
    {
        var w = Windows[window];
        w = w with { Dilation = 1, PaddingH = w.KernelH / 2, PaddingW = w.KernelW / 2 };
        var (x, y) = (Input(Src), Output(new Shape(2, 4, w.OutputHeight(5), w.OutputWidth(7))));
        var taps = rig.Taps(y.Shape);
        B.MaxPoolForward(x, y, taps, w);
        B.MaxPoolBackward(y.Diff!, taps, x.Diff!, w, accumulate: false);
        Check(() => B.MaxPoolForward(x, y, taps, w), y, x);
        B.AveragePoolBackward(y.Diff!, x.Diff!, w, accumulate: false);
        Check(() => B.AveragePoolForward(x, y, w), y, x);
    }

    [Fact]
    public void Global_average()
    {
        var (x, y) = (Input(Src), Output(new Shape(2, 4, 1, 1)));
        B.GlobalAverageBackward(y.Diff!, x.Diff!, accumulate: false);
        Check(() => B.GlobalAverageForward(x, y), y, x);
    }

    [Fact]
    public void Factorized_reduction_of_odd_and_even_sizes()
    {
        foreach (var src in new[] { Src, Src with { H = 6, W = 4 } })
        {
            var (x, even, odd) = (Input(src), Input(new Shape(3, 4, 1, 1)), Input(new Shape(3, 4, 1, 1)));
            var y = Output(new Shape(2, 6, (src.H + 1) / 2, (src.W + 1) / 2));
            B.FactorizedReduceBackwardData(y.Diff!, even, odd, x.Diff!, accumulate: false);
            B.FactorizedReduceBackwardWeights(x, y.Diff!, even.Diff!, odd.Diff!);
            Check(() => B.FactorizedReduceForward(x, even, odd, y), y, x, even, odd);
        }
    }

    [Fact]
    public void Linear()
    {
        var (x, f, b, y) = (Input(new Shape(3, 7, 1, 1)), Input(new Shape(5, 7, 1, 1)), Input(Shape.Vector(5)),
            Output(new Shape(3, 5, 1, 1)));
        B.LinearBackwardData(y.Diff!, f, x.Diff!);
        B.LinearBackwardWeights(x, y.Diff!, f.Diff!, b.Diff!);
        Check(() => B.LinearForward(x, f, b, y), y, x, f, b);
    }

    [Fact]
    public void Batch_normalisation_with_scale_and_shift()
    {
        var (x, y, norm) = (Input(Src), Output(Src), rig.Norm(4, affine: true));
        B.Fill(norm.Scale!.Diff!, 0);
        B.Fill(norm.Shift!.Diff!, 0);
        B.NormalizationStatistics(x, norm);
        B.NormalizationBackward(x, norm, y.Diff!, x.Diff!, accumulate: false, weightGradients: true);
        Check(() => Normalize(x, norm, y), y, x, norm.Scale, norm.Shift);
    }

    [Fact]
    public void Weighted_batch_normalisation_by_its_gradient_vectors()
    {
        var (x, y, weights) = (Input(Src), Output(Src), Input(Shape.Vector(3)));
        var (v, normalized) = (rig.Normalized(x), Input(Src));
        v.Diff = y.Diff;
        B.NormalizationStatistics(x, v.Norm);
        B.NormalizationGradient(v, weights, 1, weights.Diff);
        B.NormalizationDiff([v], x.Diff!, accumulate: false);
        Check(
            () =>
            {
                Normalize(x, v.Norm, normalized);
                B.ScaleForward(normalized, weights, 1, y, accumulate: false);
            },
            y, x, weights);
    }

    [Fact]
    public void Elementwise_operations()
    {
        var (x, y, factors, weights, images) = (Input(Src), Output(Src), Input(Src), Input(Shape.Vector(3)), Input(new Shape(2, 1, 1, 1)));
        B.ReluBackward(x, y.Diff!, x.Diff!, accumulate: false);
        Check(() => B.ReluForward(x, y), y, x);
        B.ScaleForward(y.Diff!, weights, 2, x.Diff!, accumulate: false);
        B.ScaleBackwardWeights(x, y.Diff!, weights.Diff!, 2);
        Check(() => B.ScaleForward(x, weights, 2, y, accumulate: false), y, x, weights);
        B.ScaleImages(y.Diff!, images, x.Diff!, accumulate: false);
        Check(() => B.ScaleImages(x, images, y, accumulate: false), y, x);
        B.Multiply(y.Diff!, factors, x.Diff!, accumulate: false);
        Check(() => B.Multiply(x, factors, y, accumulate: false), y, x);
    }

    [Fact]
    public void Concatenation()
    {
        var (a, b, y) = (Input(Src), Input(Src with { C = 3 }), Output(Src with { C = 7 }));
        B.ConcatBackward(y.Diff!, [a.Diff!, b.Diff!], accumulate: false);
        Check(() => B.ConcatForward([a, b], y), y, a, b);
    }

    [Fact]
    public void Cross_entropy_with_and_without_smoothing()
    {
        foreach (var smoothing in new[] { 0, 0.1 })
        {
            var (x, result, labels) = (Input(new Shape(4, 6, 1, 1)), Output(Shape.Vector(2)), rig.Labels(4, 6));
            B.Upload<double>([0.7, 0], result.Diff!);
            B.CrossEntropy(x, labels, result, x.Diff, smoothing, lossScale: 0.7);
            Check(() => B.CrossEntropy(x, labels, result, null, smoothing), result, x);
        }
    }

    public void Dispose() => rig.Dispose();

    private void Normalize(Tensor<double> x, BatchNormState<double> norm, Tensor<double> y)
    {
        B.NormalizationStatistics(x, norm);
        B.NormalizationForward(x, norm, y);
    }

    /// <summary>An input, whose gradient starts at zero.</summary>
    private Tensor<double> Input(Shape shape)
    {
        var tensor = rig.Images(shape);
        tensor.Diff = rig.Images(shape);
        B.Fill(tensor.Diff, 0);
        return tensor;
    }

    /// <summary>An output with a random gradient.</summary>
    private Tensor<double> Output(Shape shape)
    {
        var tensor = rig.Images(shape);
        tensor.Diff = rig.Images(shape);
        return tensor;
    }

    private void Check(Action forward, Tensor<double> y, params Tensor<double>[] inputs)
    {
        const double step = 1e-5;
        foreach (var input in inputs)
        {
            var (values, diffs) = (Read(input), Read(input.Diff!));
            for (var i = 0; i < values.Length; i++)
            {
                var numerical = (Loss(+step) - Loss(-step)) / (2 * step);
                Assert.True(Math.Abs(numerical - diffs[i]) < 1e-6 * Math.Max(1, Math.Abs(numerical)),
                    $"{input}, element {i}: {diffs[i]}, by differences {numerical}");

                double Loss(double change)
                {
                    var moved = (double[])values.Clone();
                    moved[i] += change;
                    B.Upload<double>(moved, input);
                    forward();
                    B.Upload<double>(values, input);
                    return Read(y).Zip(Read(y.Diff!), (a, b) => a * b).Sum();
                }
            }
        }
    }

    private double[] Read(Tensor<double> tensor)
    {
        var values = new double[tensor.Shape.Count];
        B.Download(tensor, values);
        return values;
    }
}
