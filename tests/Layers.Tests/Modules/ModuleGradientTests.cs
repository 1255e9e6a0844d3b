using MIOpenDarts.Layers.Backends;
using MIOpenDarts.Layers.Modules;
using MIOpenDarts.Layers.Tensors;

namespace MIOpenDarts.Layers.Tests.Modules;

public class ModuleGradientTests
{
    private static readonly Dictionary<string, Func<ParameterSet<double>, Module<double>>> Modules = new()
    {
        ["convolution 3x3"] = p => new Convolution<double>(p, "", 4, 6, Window2D.Square(3, 1, 1)),
        ["convolution 3x3 stride 2"] = p => new Convolution<double>(p, "", 4, 3, Window2D.Square(3, 2, 1)),
        ["grouped convolution"] = p => new Convolution<double>(p, "", 4, 6, Window2D.Square(3, 1, 1), groups: 2),
        ["depthwise 5x5 dilated"] = p => new Convolution<double>(p, "", 4, 4, Window2D.Square(5, 2, 4, 2), groups: 4),
        ["pointwise"] = p => new Convolution<double>(p, "", 4, 5, Window2D.Point),
        ["convolution 1x7"] = p => new Convolution<double>(p, "", 4, 4, new Window2D(1, 7, 1, 2, 0, 3, 1)),
        ["relu"] = _ => new Relu<double>(),
        ["batch norm"] = p => new BatchNorm<double>(p, "", 4, affine: false),
        ["affine batch norm"] = p => new BatchNorm<double>(p, "", 4, affine: true),
        ["max pool"] = _ => new MaxPool<double>(Window2D.Square(3, 1, 1)),
        ["max pool stride 2"] = _ => new MaxPool<double>(Window2D.Square(3, 2, 1)),
        ["average pool"] = _ => new AveragePool<double>(Window2D.Square(3, 1, 1)),
        ["average pool stride 2"] = _ => new AveragePool<double>(Window2D.Square(3, 2, 1)),
        ["factorized reduce"] = p => new FactorizedReduce<double>(p, "", 4, 6, affine: true),
        ["identity"] = _ => new Identity<double>(),
        ["zero"] = _ => new Zero<double>(1),
        ["strided zero"] = _ => new Zero<double>(2),
        ["relu conv bn"] = p => new ReluConvBn<double>(p, "", 4, 3, Window2D.Point, affine: true),
        ["sep conv 3x3"] = p => new SepConv<double>(p, "", 4, 4, 3, 1, affine: true),
        ["sep conv 5x5 stride 2"] = p => new SepConv<double>(p, "", 4, 4, 5, 2, affine: false),
        ["dil conv 3x3"] = p => new SeparableBlock<double>(p, "", 4, 4, 3, 1, 2, affine: false),
        ["dil conv 5x5 stride 2"] = p => new SeparableBlock<double>(p, "", 4, 4, 5, 2, 2, affine: true),
        ["global average"] = _ => new GlobalAveragePool<double>(),
        ["classifier"] = p => new Sequential<double>(new GlobalAveragePool<double>(), new Linear<double>(p, "", 4, 3)),
        ["drop path"] = _ => new DropPath<double>(3) { Probability = 0.4 },
        ["dropout"] = _ => new Dropout<double>(4, 0.3),
    };

    public static TheoryData<string, int, int> Cases() =>
        [.. Modules.Keys.SelectMany(name => new[] { (name, 6, 6), (name, 5, 7) })];

    [Theory]
    [MemberData(nameof(Cases))]
    public void Every_gradient_equals_central_differences(string name, int height, int width)
    {
        using var rig = new ModuleRig(Modules[name], 3, 4, height, width);
        rig.CheckGradients();
    }

    [Fact]
    public void A_module_that_was_not_planned_says_so()
    {
        var error = Assert.Throws<InvalidOperationException>(() => new Relu<float>().Forward(Pass.Inference));
        Assert.Contains("planned", error.Message);
    }

    [Fact]
    public void Wrong_channels_groups_and_odd_reductions_are_refused_by_name()
    {
        using var parameters = new ParameterSet<double>();
        Assert.Throws<ArgumentException>(() => new Convolution<double>(parameters, "", 4, 6, Window2D.Point, groups: 4));
        Assert.Throws<ArgumentException>(() => new FactorizedReduce<double>(parameters, "", 4, 5, affine: false));
        var error = Assert.Throws<ArgumentException>(
            () => new ModuleRig(p => new Convolution<double>(p, "stem.0.", 3, 4, Window2D.Point), 1, 4, 2, 2));
        Assert.Contains("stem.0.weight", error.Message);
    }
}
