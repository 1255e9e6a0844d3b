using MIOpenDarts.Layers.Backends;
using MIOpenDarts.Layers.Tensors;

namespace MIOpenDarts.Darts.Benchmarks.Operations;

/// <summary>An operation on a network's flat buffers, of as many numbers as the activation has; there is nothing backward.</summary>
/// <param name="name">What tables and filters call it.</param>
/// <param name="vectors">Vectors that it reads or writes.</param>
/// <param name="run">The operation on a vector and two others of the same length.</param>
internal sealed class VectorCase(string name, int vectors, Action<Backend<float>, Tensor<float>, Tensor<float>, Tensor<float>> run) : OperationCase(name)
{
    /// <summary>Every operation of an optimiser.</summary>
    public static IEnumerable<OperationCase> All =>
    [
        new VectorCase("add_scaled", 3, (backend, x, y, _) => backend.AddScaled(1e-6, x, y)),
        new VectorCase("scale_vector", 2, (backend, x, _, _) => backend.ScaleVector(x, -1)),
        new VectorCase("squared_norm", 1, (backend, x, _, _) => backend.SquaredNorm(x)),
        new VectorCase("sgd_step", 5, (backend, x, y, z) => backend.SgdStep(x, y, z, 1e-6, 0.9, 3e-4, nesterov: false)),
    ];

    public override Work Forward(Geometry g) => Work.Of(0, vectors * g.Count);

    public override Work Backward(Geometry g) => default;

    private protected override (Action Forward, Action Backward) Build(Workbench bench, Geometry g)
    {
        var count = checked((int)g.Count);
        var (x, y, z) = (bench.Filter(1, count, 1), bench.Filter(1, count, 1), bench.Filter(1, count, 1));
        return (() => run(bench.Backend, x, y, z), () => { });
    }
}
