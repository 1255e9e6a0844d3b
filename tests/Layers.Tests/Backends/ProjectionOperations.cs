using MIOpenDarts.Layers.Tensors;

namespace MIOpenDarts.Layers.Tests.Backends;

/// <summary>Two half filters over even and odd pixels; odd extents leave zeros at the end.</summary>
internal abstract class FactorizedOperation : Operation
{
    public override OperationCase Restrict(OperationCase c) => c with { Outputs = (c.Outputs + 1) / 2 * 2 };

    protected static Shape Half(OperationCase c) => new(c.Outputs / 2, c.C, 1, 1);

    protected static Shape Output(OperationCase c) => new(c.N, c.Outputs, (c.H + 1) / 2, (c.W + 1) / 2);
}

internal sealed class FactorizedReduceForward : FactorizedOperation
{
    public override Action Prepare<T>(Rig<T> rig, OperationCase c)
    {
        var (src, even, odd) = (rig.Images(c.Src), rig.Parameter(Half(c)), rig.Parameter(Half(c)));
        var dst = rig.ImageResult(Output(c), Sum(c.C));
        return () => rig.Backend.FactorizedReduceForward(src, even, odd, dst);
    }
}

internal sealed class FactorizedReduceBackwardData : FactorizedOperation
{
    public override Action Prepare<T>(Rig<T> rig, OperationCase c)
    {
        var (diffDst, even, odd) = (rig.Images(Output(c)), rig.Parameter(Half(c)), rig.Parameter(Half(c)));
        var diffSrc = rig.ImageResult(c.Src, Sum(c.Outputs));
        return () => rig.Backend.FactorizedReduceBackwardData(diffDst, even, odd, diffSrc, c.Accumulate);
    }
}

internal sealed class FactorizedReduceBackwardWeights : FactorizedOperation
{
    public override Action Prepare<T>(Rig<T> rig, OperationCase c)
    {
        var (src, diffDst) = (rig.Images(c.Src), rig.Images(Output(c)));
        var pixels = c.N * Output(c).Pixels;
        var (diffEven, diffOdd) = (rig.ParameterResult(Half(c), Sum(pixels)), rig.ParameterResult(Half(c), Sum(pixels)));
        return () => rig.Backend.FactorizedReduceBackwardWeights(src, diffDst, diffEven, diffOdd);
    }
}

/// <summary>A linear layer of C inputs.</summary>
internal abstract class LinearOperation : Operation
{
    protected static Shape Input(OperationCase c) => new(c.N * c.W, c.C, 1, 1);

    protected static Shape Output(OperationCase c) => new(c.N * c.W, c.Outputs, 1, 1);

    protected static Shape Weights(OperationCase c) => new(c.Outputs, c.C, 1, 1);
}

internal sealed class LinearForward : LinearOperation
{
    public override Action Prepare<T>(Rig<T> rig, OperationCase c)
    {
        var (src, weights, bias) = (rig.Images(Input(c)), rig.Parameter(Weights(c)), rig.Parameter(Shape.Vector(c.Outputs)));
        var dst = rig.ImageResult(Output(c), Sum(c.C));
        return () => rig.Backend.LinearForward(src, weights, bias, dst);
    }
}

internal sealed class LinearBackwardData : LinearOperation
{
    public override Action Prepare<T>(Rig<T> rig, OperationCase c)
    {
        var (diffDst, weights, diffSrc) = (rig.Images(Output(c)), rig.Parameter(Weights(c)), rig.ImageResult(Input(c), Sum(c.Outputs)));
        return () => rig.Backend.LinearBackwardData(diffDst, weights, diffSrc);
    }
}

internal sealed class LinearBackwardWeights : LinearOperation
{
    public override Action Prepare<T>(Rig<T> rig, OperationCase c)
    {
        var (src, diffDst) = (rig.Images(Input(c)), rig.Images(Output(c)));
        var (diffWeights, diffBias) = (rig.ParameterResult(Weights(c), Sum(c.N * c.W)),
            rig.ParameterResult(Shape.Vector(c.Outputs), Sum(c.N * c.W)));
        return () => rig.Backend.LinearBackwardWeights(src, diffDst, diffWeights, diffBias);
    }
}
