using MIOpenDarts.Layers.Tensors;

namespace MIOpenDarts.Layers.Tests.Backends;

internal sealed class Fill : Operation
{
    public override Action Prepare<T>(Rig<T> rig, OperationCase c)
    {
        var dst = rig.ImageResult(c.Src, 0);
        return () => rig.Backend.Fill(dst, T.CreateChecked(0.375));
    }
}

internal sealed class Copy : Operation
{
    public override Action Prepare<T>(Rig<T> rig, OperationCase c)
    {
        var (src, dst) = (rig.Images(c.Src), rig.ImageResult(c.Src, 0));
        return () => rig.Backend.Copy(src, dst);
    }
}

internal sealed class Add : Operation
{
    public override Action Prepare<T>(Rig<T> rig, OperationCase c)
    {
        var (src, dst) = (rig.Images(c.Src), rig.ImageResult(c.Src, Sum(1)));
        return () => rig.Backend.Add(src, dst);
    }
}

internal sealed class ReluForward : Operation
{
    public override Action Prepare<T>(Rig<T> rig, OperationCase c)
    {
        var (src, dst) = (rig.Images(c.Src), rig.ImageResult(c.Src, 0));
        return () => rig.Backend.ReluForward(src, dst);
    }
}

internal sealed class ReluBackward : Operation
{
    public override Action Prepare<T>(Rig<T> rig, OperationCase c)
    {
        var (src, diffDst, diffSrc) = (rig.Images(c.Src), rig.Images(c.Src), rig.ImageResult(c.Src, Sum(1)));
        return () => rig.Backend.ReluBackward(src, diffDst, diffSrc, c.Accumulate);
    }
}

internal sealed class ConcatForward : Operation
{
    public override Action Prepare<T>(Rig<T> rig, OperationCase c)
    {
        Tensor<T>[] sources = [rig.Images(c.Src), rig.Images(c.Src with { C = c.Outputs }), rig.Images(c.Src)];
        var dst = rig.ImageResult(c.Src with { C = 2 * c.C + c.Outputs }, 0);
        return () => rig.Backend.ConcatForward(sources, dst);
    }
}

internal sealed class ConcatBackward : Operation
{
    public override Action Prepare<T>(Rig<T> rig, OperationCase c)
    {
        var diffDst = rig.Images(c.Src with { C = c.C + c.Outputs });
        Tensor<T>[] diffSources = [rig.ImageResult(c.Src, Sum(1)), rig.ImageResult(c.Src with { C = c.Outputs }, Sum(1))];
        return () => rig.Backend.ConcatBackward(diffDst, diffSources, c.Accumulate);
    }
}

internal sealed class ScaleForward : Operation
{
    public override Action Prepare<T>(Rig<T> rig, OperationCase c)
    {
        var (src, weights, dst) = (rig.Images(c.Src), rig.Parameter(Shape.Vector(5)), rig.ImageResult(c.Src, Sum(1)));
        return () => rig.Backend.ScaleForward(src, weights, 3, dst, c.Accumulate);
    }
}

internal sealed class ScaleBackwardWeights : Operation
{
    public override Action Prepare<T>(Rig<T> rig, OperationCase c)
    {
        var (src, diffDst) = (rig.Images(c.Src), rig.Images(c.Src));
        var diffWeights = rig.ParameterResult(Shape.Vector(5), Sum(c.Src.Count));
        return () => rig.Backend.ScaleBackwardWeights(src, diffDst, diffWeights, 3);
    }
}

internal sealed class ScaleImages : Operation
{
    public override Action Prepare<T>(Rig<T> rig, OperationCase c)
    {
        var (src, factors, dst) = (rig.Images(c.Src), rig.Parameter(new Shape(c.N, 1, 1, 1)), rig.ImageResult(c.Src, Sum(1)));
        return () => rig.Backend.ScaleImages(src, factors, dst, c.Accumulate);
    }
}

internal sealed class Multiply : Operation
{
    public override Action Prepare<T>(Rig<T> rig, OperationCase c)
    {
        var (src, factors, dst) = (rig.Images(c.Src), rig.Images(c.Src), rig.ImageResult(c.Src, Sum(1)));
        return () => rig.Backend.Multiply(src, factors, dst, c.Accumulate);
    }
}

internal sealed class CrossEntropy : Operation
{
    public override Action Prepare<T>(Rig<T> rig, OperationCase c)
    {
        var logits = rig.Images(new Shape(c.N, c.Outputs, 1, 1));
        var labels = rig.Labels(c.N, c.Outputs);
        var diff = c.Accumulate ? null : rig.ImageResult(logits.Shape, Sum(1));
        var result = rig.ParameterResult(Shape.Vector(2), Sum(c.N));
        return () => rig.Backend.CrossEntropy(logits, labels, result, diff, c.Groups == 1 ? 0 : 0.1, c.Groups);
    }
}
