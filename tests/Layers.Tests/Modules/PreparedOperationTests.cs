using MIOpenDarts.Layers.Backends;
using MIOpenDarts.Layers.Modules;
using MIOpenDarts.Layers.Tensors;
using MIOpenDarts.Layers.Tests.Backends;

namespace MIOpenDarts.Layers.Tests.Modules;

/// <summary>What the layers of a network plan runs them, and says what it is.</summary>
public sealed class PreparedOperationTests
{
    public static TheoryData<string> Present => [.. BackendsPresent.Names];

    [Theory]
    [MemberData(nameof(Present))]
    public void A_plan_lists_what_computes_each_layer_over_which_shape(string name)
    {
        using var backend = BackendsPresent.Create(name);
        using var parameters = new ParameterSet<float>();
        var network = Network(parameters);
        parameters.Commit(backend);
        using var plan = new MemoryPlan<float>(backend, 2);
        network.Plan(plan, plan.Activation("images", 3, 8, 6));
        string[] said = [.. plan.Operations.Select(o => o.Describe())];
        string[] expected =
        [
            ": convolution 3x3, [8,3,3,3] over [2,3,8,6]", ": affine batch norm over [2,8,8,6]",
            ": convolution 5x5 dilated stride 2, [8,1,5,5] over [2,8,8,6]", ": convolution 1x1, [8,8,1,1] over [2,8,4,3]",
            ": max pool 3x3 over [2,8,4,3]", ": average pool 3x3 over [2,8,4,3]", ": factorized reduction to 8 channels over [2,8,4,3]",
            ": batch norm over [2,8,2,2]", ": mean of all pixels over [2,8,2,2]", ": linear layer to 5 over [2,8,1,1]",
        ];
        Assert.Equal(expected, said.Select(line => line[line.IndexOf(": ", StringComparison.Ordinal)..]));
        Assert.All(said, line => Assert.StartsWith(backend.Name, line, StringComparison.Ordinal));
    }

    [Fact]
    public void An_operation_writes_or_adds_to_the_gradient_of_its_source_and_only_adds_to_those_of_its_parameters()
    {
        using var backend = BackendChoice.Create("reference");
        using var parameters = new ParameterSet<float>();
        var layer = new Convolution<float>(parameters, "", 2, 2, Window2D.Point);
        parameters.Commit(backend);
        backend.Upload<float>([1, 2, 3, 4], layer.Weights);
        using var plan = new MemoryPlan<float>(backend, 1);
        var src = plan.ActivationWithDiff("src", 2, 1, 1);
        var dst = plan.ActivationWithDiff("dst", 2, 1, 1);
        var operation = backend.PlanConvolution(plan, src, layer.Weights, dst, Window2D.Point, 1);
        plan.Commit();
        backend.Upload<float>([5, 6], src);
        backend.Upload<float>([10, 100], dst.Diff!);
        operation.Forward(training: true);
        Assert.Equal([17, 39], Read(dst));
        operation.Backward(weightGradients: true, accumulate: false);
        Assert.Equal([310, 420], Read(src.Diff!));
        Assert.Equal([50, 60, 500, 600], Read(layer.Weights.Diff!));
        operation.Backward(weightGradients: true);
        Assert.Equal([620, 840], Read(src.Diff!));
        Assert.Equal([100, 120, 1000, 1200], Read(layer.Weights.Diff!));
        operation.Backward(weightGradients: false, accumulate: false);
        Assert.Equal([310, 420], Read(src.Diff!));
        Assert.Equal([100, 120, 1000, 1200], Read(layer.Weights.Diff!));

        float[] Read(Tensor<float> tensor)
        {
            var values = new float[tensor.Shape.Count];
            backend.Download<float>(tensor, values);
            return values;
        }
    }

    private static Sequential<float> Network(ParameterSet<float> parameters) => new(
        new Convolution<float>(parameters, "stem.0.", 3, 8, Window2D.Square(3, 1, 1)),
        new BatchNorm<float>(parameters, "stem.1.", 8, affine: true),
        new Convolution<float>(parameters, "depthwise.", 8, 8, Window2D.Square(5, 2, 4, 2), groups: 8),
        new Convolution<float>(parameters, "pointwise.", 8, 8, Window2D.Point),
        new MaxPool<float>(Window2D.Square(3, 1, 1)),
        new AveragePool<float>(Window2D.Square(3, 1, 1)),
        new FactorizedReduce<float>.ConvolutionPair(parameters, "reduce.", 8, 8),
        new BatchNorm<float>(parameters, "reduce.bn.", 8, affine: false),
        new GlobalAveragePool<float>(),
        new Linear<float>(parameters, "classifier.", 8, 5));
}
