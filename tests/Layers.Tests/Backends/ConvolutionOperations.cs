using MIOpenDarts.Layers.Backends;
using MIOpenDarts.Layers.Tensors;

namespace MIOpenDarts.Layers.Tests.Backends;

/// <summary>Convolutions: the general one here, the special ones below restrict its extents.</summary>
internal abstract class ConvolutionOperation : Operation
{
    // The reference needs a second for the largest filters times the most channels: channels of the general case stay small.
    public override OperationCase Restrict(OperationCase c) =>
        c with { C = c.Groups * (c.C % 7 + 1), Outputs = c.Groups * (c.Outputs % 20 + 1) };

    protected static Shape Filters(OperationCase c) => new(c.Outputs, c.C / c.Groups, c.Window.KernelH, c.Window.KernelW);

    protected static Shape Output(OperationCase c) => c.Dst with { C = c.Outputs };

    protected static Action Forward<T>(Rig<T> rig, OperationCase c)
        where T : unmanaged, System.Numerics.IBinaryFloatingPointIeee754<T>
    {
        var (src, weights) = (rig.Images(c.Src), rig.Parameter(Filters(c)));
        var dst = rig.ImageResult(Output(c), Sum(Filters(c).CountPerImage));
        return () => rig.Backend.ConvolutionForward(src, weights, dst, c.Window, c.Groups);
    }

    protected static Action BackwardData<T>(Rig<T> rig, OperationCase c)
        where T : unmanaged, System.Numerics.IBinaryFloatingPointIeee754<T>
    {
        var (diffDst, weights) = (rig.Images(Output(c)), rig.Parameter(Filters(c)));
        var diffSrc = rig.ImageResult(c.Src, Sum((double)Filters(c).Count / c.C));
        return () => rig.Backend.ConvolutionBackwardData(diffDst, weights, diffSrc, c.Window, c.Groups, c.Accumulate);
    }

    protected static Action BackwardWeights<T>(Rig<T> rig, OperationCase c)
        where T : unmanaged, System.Numerics.IBinaryFloatingPointIeee754<T>
    {
        var (src, diffDst) = (rig.Images(c.Src), rig.Images(Output(c)));
        var diffWeights = rig.ParameterResult(Filters(c), Sum(c.N * Output(c).Pixels));
        return () => rig.Backend.ConvolutionBackwardWeights(src, diffDst, diffWeights, c.Window, c.Groups);
    }
}

internal sealed class ConvolutionForward : ConvolutionOperation
{
    public override Action Prepare<T>(Rig<T> rig, OperationCase c) => Forward(rig, c);
}

internal sealed class ConvolutionBackwardData : ConvolutionOperation
{
    public override Action Prepare<T>(Rig<T> rig, OperationCase c) => BackwardData(rig, c);
}

internal sealed class ConvolutionBackwardWeights : ConvolutionOperation
{
    public override Action Prepare<T>(Rig<T> rig, OperationCase c) => BackwardWeights(rig, c);
}

/// <summary>One filter a channel.</summary>
internal abstract class DepthwiseOperation : ConvolutionOperation
{
    public override OperationCase Restrict(OperationCase c) => c with { Outputs = c.C, Groups = c.C };
}

internal sealed class DepthwiseForward : DepthwiseOperation
{
    public override Action Prepare<T>(Rig<T> rig, OperationCase c) => Forward(rig, c);
}

internal sealed class DepthwiseBackwardData : DepthwiseOperation
{
    public override Action Prepare<T>(Rig<T> rig, OperationCase c) => BackwardData(rig, c);
}

internal sealed class DepthwiseBackwardWeights : DepthwiseOperation
{
    public override Action Prepare<T>(Rig<T> rig, OperationCase c) => BackwardWeights(rig, c);
}

/// <summary>1x1 filters, with or without a stride.</summary>
internal abstract class PointwiseOperation : ConvolutionOperation
{
    public override OperationCase Restrict(OperationCase c) => c with { Window = Window2D.Square(1, c.Window.StrideH, 0), Groups = 1 };
}

internal sealed class PointwiseForward : PointwiseOperation
{
    public override Action Prepare<T>(Rig<T> rig, OperationCase c) => Forward(rig, c);
}

internal sealed class PointwiseBackwardData : PointwiseOperation
{
    public override Action Prepare<T>(Rig<T> rig, OperationCase c) => BackwardData(rig, c);
}

internal sealed class PointwiseBackwardWeights : PointwiseOperation
{
    public override Action Prepare<T>(Rig<T> rig, OperationCase c) => BackwardWeights(rig, c);
}
