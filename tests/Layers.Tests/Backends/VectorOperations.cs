using MIOpenDarts.Layers.Backends;
using MIOpenDarts.Layers.Tensors;

namespace MIOpenDarts.Layers.Tests.Backends;

/// <summary>Flat vectors of any length.</summary>
internal abstract class VectorOperation : Operation
{
    protected static Shape Flat(OperationCase c) => Shape.Vector((int)c.Src.Count);
}

internal sealed class AddScaled : VectorOperation
{
    public override Action Prepare<T>(Rig<T> rig, OperationCase c)
    {
        var (x, y) = (rig.Parameter(Flat(c)), rig.ParameterResult(Flat(c), Sum(1)));
        return () => rig.Backend.AddScaled(-0.025, x, y);
    }
}

internal sealed class ScaleVector : VectorOperation
{
    public override Action Prepare<T>(Rig<T> rig, OperationCase c)
    {
        var x = rig.ParameterResult(Flat(c), Sum(1));
        return () => rig.Backend.ScaleVector(x, 0.3);
    }
}

internal sealed class SquaredNorm : VectorOperation
{
    public override Action Prepare<T>(Rig<T> rig, OperationCase c)
    {
        var x = rig.Parameter(Flat(c));
        var norm = double.NaN;
        rig.NumberResult(() => norm, Sum(c.Src.Count));
        return () => norm = rig.Backend.SquaredNorm(x);
    }
}

internal sealed class SgdStep : VectorOperation
{
    public override Action Prepare<T>(Rig<T> rig, OperationCase c)
    {
        var (weights, diffs, momentum) = (rig.ParameterResult(Flat(c), Sum(3)), rig.Parameter(Flat(c)),
            rig.ParameterResult(Flat(c), Sum(3)));
        return () => rig.Backend.SgdStep(weights, diffs, momentum, 0.025, 0.9, 3e-4, nesterov: c.Accumulate);
    }
}

internal sealed class AdamStep : VectorOperation
{
    public override Action Prepare<T>(Rig<T> rig, OperationCase c)
    {
        var (weights, diffs, mean) = (rig.ParameterResult(Flat(c), Sum(6)), rig.Parameter(Flat(c)), rig.ParameterResult(Flat(c), Sum(3)));
        // A square is not negative; one well away from zero, of which the root is no steeper than one.
        var square = rig.ParameterResult(Flat(c), Sum(4));
        var values = new T[Flat(c).Count];
        rig.Backend.Download(square, values);
        rig.Backend.Upload<T>([.. values.Select(v => T.One + v / T.CreateChecked(2))], square);
        return () => rig.Backend.AdamStep(weights, diffs, mean, square, new AdamSettings(0.025, 0.5, 0.999, 3e-4, Step: 100));
    }
}
