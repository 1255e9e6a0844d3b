using MIOpenDarts.Darts.Genotypes;
using MIOpenDarts.Layers.Backends;
using MIOpenDarts.Layers.Modules;
using MIOpenDarts.Layers.Tensors;

namespace MIOpenDarts.Darts.Benchmarks.Operations;

/// <summary>A layer as a network builds it, in training, with gradients in its data and weights.</summary>
/// <param name="name">What tables and filters call it.</param>
/// <param name="inputs">Channels of its source in units of C.</param>
/// <param name="create">Builds it for C channels.</param>
internal sealed class ModuleCase(string name, int inputs, Func<ParameterSet<float>, int, Module<float>> create) : OperationCase(name)
{
    /// <summary>The operation <paramref name="primitive"/> of an edge with <paramref name="stride"/>.</summary>
    public static ModuleCase Edge(Primitive primitive, int stride) => new(
        primitive.Name + (stride > 1 ? "_stride2" : ""), 1,
        (parameters, c) => primitive.Build(new OperationSite<float>(parameters, "", c, stride, Affine: false, PoolNorm: true)));

    /// <summary>The block that brings the output of a cell of four nodes to C channels.</summary>
    public static ModuleCase Preprocess => new(
        "preprocess_1x1", 4, (parameters, c) => new ReluConvBn<float>(parameters, "", 4 * c, c, Window2D.Point, affine: false));

    public override Work Forward(Geometry g)
    {
        var (multiplyAdds, src, dst) = Count(g);
        return Work.From(multiplyAdds, src.Count + dst.Count);
    }

    public override Work Backward(Geometry g)
    {
        var (multiplyAdds, src, dst) = Count(g);
        return Work.From(2 * multiplyAdds, 2 * src.Count + dst.Count);
    }

    private protected override (Action Forward, Action Backward) Build(Workbench bench, Geometry g)
    {
        var module = create(bench.Parameters, g.Channels);
        var dst = module.Plan(bench.Plan, bench.Images(inputs * g.Channels, g.Size));
        var pass = new Pass(Training: true);
        bench.Fill(dst.Diff!);
        return (() => module.Forward(pass), () => module.Backward(pass, accumulate: false));
    }

    private (double MultiplyAdds, Shape Src, Shape Dst) Count(Geometry g)
    {
        var src = new Shape(g.Batch, inputs * g.Channels, g.Size, g.Size);
        using var parameters = new ParameterSet<float>();
        var graph = InferenceGraph<float>.From(create(parameters, g.Channels), src);
        return ((double)g.Batch * graph.MultiplyAdds, src, graph.Output.Shape with { N = g.Batch });
    }
}
