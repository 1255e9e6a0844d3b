using MIOpenDarts.Layers.Backends;
using MIOpenDarts.Layers.Modules;
using MIOpenDarts.Layers.Tensors;

namespace MIOpenDarts.Layers.Tests.Modules;

/// <summary>A layer with rounded weights has the gradients of the same layer with those weights, as if rounding did nothing.</summary>
public class StraightThroughTests
{
    private const int Most = 64;
    private const float InputStep = 0.05f;

    private static readonly Dictionary<string, (Func<ParameterSet<double>, Module<double>> Rounded,
        Func<ParameterSet<double>, Module<double>> Plain)> Layers = new()
        {
            ["convolution"] = (
                p => new QuantisedConvolution<double>(p, "", 4, 6, Window2D.Square(3, 1, 1), 1, Most, InputStep),
                p => new Convolution<double>(p, "", 4, 6, Window2D.Square(3, 1, 1))),
            ["depthwise"] = (
                p => new QuantisedConvolution<double>(p, "", 4, 4, Window2D.Square(5, 2, 4, 2), 4, Most, InputStep),
                p => new Convolution<double>(p, "", 4, 4, Window2D.Square(5, 2, 4, 2), 4)),
            ["reduction"] = (
                p => new QuantisedReduction<double>(p, "", 4, 6, Most, InputStep),
                p => new FactorizedReduce<double>.ConvolutionPair(p, "", 4, 6)),
            ["classifier"] = (
                p => new Sequential<double>(new GlobalAveragePool<double>(), new QuantisedLinear<double>(p, "", 4, 3, Most, InputStep)),
                p => new Sequential<double>(new GlobalAveragePool<double>(), new Linear<double>(p, "", 4, 3))),
        };

    public static TheoryData<string> Names => [.. Layers.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void The_gradients_are_those_of_the_layer_with_rounded_weights(string name)
    {
        using var rounded = new ModuleRig(Layers[name].Rounded, 3, 4, 6, 7);
        using var plain = new ModuleRig(Layers[name].Plain, 3, 4, 6, 7);
        var biases = rounded.Parameters.Parameters.Last();
        var channel = 0;
        foreach (var (from, to) in rounded.Parameters.Parameters.Zip(plain.Parameters.Parameters))
        {
            if (from == biases) continue;
            var (values, bias) = (rounded.Get(from), rounded.Get(biases));
            var size = values.Length / from.Shape.N;
            for (var o = 0; o < from.Shape.N; o++)
            {
                var filter = Array.ConvertAll(values[(o * size)..((o + 1) * size)], w => (float)w);
                var scale = Int8Filter.Scale(filter, (float)bias[channel++], InputStep, Most);
                for (var k = 0; k < size; k++) values[o * size + k] = scale * Int8Filter.Round(filter[k], scale, Most);
            }

            plain.Put(to, values);
        }

        rounded.Backward();
        plain.Backward();
        Same(plain.Get(plain.Src.Diff!), rounded.Get(rounded.Src.Diff!));
        foreach (var (from, to) in rounded.Parameters.Parameters.Zip(plain.Parameters.Parameters))
            if (from.Name == to.Name) Same(plain.Get(to.Diff!), rounded.Get(from.Diff!));
    }

    [Fact]
    public void Where_a_value_is_beyond_the_bytes_nothing_flows()
    {
        var scale = ByteScale.Over(-0.5f, 1);
        using var rig = new ModuleRig(_ => new Quantise<double>(scale, null), 2, 3, 5, 5);
        var source = rig.Forward();
        rig.Backward();
        Assert.All(source, y => Assert.Equal(scale.Nearest((float)y), y));
        var (x, passed) = (rig.Get(rig.Src), rig.Get(rig.Src.Diff!));
        var inside = x.Select(value => scale.Holds((float)value)).ToArray();
        Assert.Contains(true, inside);
        Assert.Contains(false, inside);
        Assert.Equal(inside.Zip(rig.Upstream, (flows, d) => flows ? d : 0), passed);
    }

    [Fact]
    public void A_bias_and_its_filter_learn_from_what_lies_within_the_bytes_alone()
    {
        const int Images = 2, C = 3, Pixels = 25;
        var scale = ByteScale.Over(-0.5f, 1);
        using var rig = new ModuleRig(
            p =>
            {
                var convolution = new QuantisedConvolution<double>(p, "", C, C, Window2D.Point, C, Most, InputStep);
                return new Sequential<double>(convolution, new Quantise<double>(scale, convolution.Layer));
            },
            Images, C, 5, 5);
        rig.Backward();
        var (filter, bias) = (rig.Parameters.Parameters.First(), rig.Parameters.Parameters.Last());
        var (w, b, x) = (rig.Get(filter), rig.Get(bias), rig.Get(rig.Src));
        var (diffFilter, diffBias, beyond) = (new double[C], new double[C], 0);
        for (var i = 0; i < x.Length; i++)
        {
            var c = i / Pixels % C;
            var step = Int8Filter.Scale([(float)w[c]], (float)b[c], InputStep, Most);
            var rounded = (double)(step * Int8Filter.Round((float)w[c], step, Most));
            var y = rounded * x[i] + InputStep * step * Int8Filter.RoundBias((float)b[c], InputStep, step);
            // The bytes end half a step beyond the range.
            if (y < -0.5 - scale.Step / 2 || y > 1 + scale.Step / 2)
            {
                beyond++;
                continue;
            }

            diffFilter[c] += rig.Upstream[i] * x[i];
            diffBias[c] += rig.Upstream[i];
        }

        Assert.InRange(beyond, 1, Images * C * Pixels - 1);
        Same(diffBias, rig.Get(bias.Diff!));
        Same(diffFilter, rig.Get(filter.Diff!));
    }

    private static void Same(double[] expected, double[] actual)
    {
        Assert.Equal(expected.Length, actual.Length);
        Assert.All(expected.Zip(actual), pair => Assert.Equal(pair.First, pair.Second, 1e-9));
    }
}
