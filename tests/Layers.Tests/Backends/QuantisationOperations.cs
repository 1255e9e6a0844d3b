using MIOpenDarts.Layers.Backends;
using MIOpenDarts.Layers.Tensors;

namespace MIOpenDarts.Layers.Tests.Backends;

internal sealed class QuantiseForward : Operation
{
    /// <summary>Narrower than the numbers of a rig, so that some are beyond it on both sides.</summary>
    public static ByteScale Scale { get; } = ByteScale.Over(-0.8f, 1.2f);

    public override Action Prepare<T>(Rig<T> rig, OperationCase c)
    {
        var (src, dst) = (rig.Images(c.Src), rig.ImageResult(c.Src, 0));
        var bias = c.Groups == 1 ? null : rig.Parameter(Shape.Vector(c.C));
        return () => rig.Backend.QuantiseForward(src, bias, dst, Scale);
    }
}

internal sealed class QuantiseBackward : Operation
{
    public override Action Prepare<T>(Rig<T> rig, OperationCase c)
    {
        var (src, diffDst, diffSrc) = (rig.Images(c.Src), rig.Images(c.Src), rig.ImageResult(c.Src, Sum(1)));
        var bias = c.Groups == 1 ? null : rig.Parameter(Shape.Vector(c.C));
        // Where a bias is, nothing else reads the source.
        var diffBias = c.Accumulate ? null : rig.ParameterResult(Shape.Vector(c.C), Sum(c.N * c.H * c.W));
        return () => rig.Backend.QuantiseBackward(src, bias, diffDst, diffSrc, diffBias, QuantiseForward.Scale, c.Accumulate);
    }
}
