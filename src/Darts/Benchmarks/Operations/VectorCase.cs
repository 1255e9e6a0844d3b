using MIOpenDarts.Layers.Backends;
using MIOpenDarts.Layers.Tensors;

namespace MIOpenDarts.Darts.Benchmarks.Operations;

/// <summary>An operation on a network's flat buffers, of as many numbers as the activation has; there is nothing backward.</summary>
/// <param name="name">What tables and filters call it.</param>
/// <param name="vectors">Vectors that it reads or writes.</param>
/// <param name="run">The operation on four vectors of the same length.</param>
internal sealed class VectorCase(string name, int vectors, Action<Backend<float>, Tensor<float>[]> run) : OperationCase(name)
{
    /// <summary>Every operation of an optimiser.</summary>
    public static IEnumerable<OperationCase> All =>
    [
        new VectorCase("add_scaled", 3, (backend, v) => backend.AddScaled(1e-6, v[0], v[1])),
        new VectorCase("scale_vector", 2, (backend, v) => backend.ScaleVector(v[0], -1)),
        new VectorCase("squared_norm", 1, (backend, v) => backend.SquaredNorm(v[0])),
        new VectorCase("sgd_step", 5, (backend, v) => backend.SgdStep(v[0], v[1], v[2], 1e-6, 0.9, 3e-4, nesterov: false)),
        // Without a memory of squares, because the random numbers that stand there may be negative.
        new VectorCase(
            "adam_step", 7, (backend, v) => backend.AdamStep(v[0], v[1], v[2], v[3], new AdamSettings(1e-6, 0.9, 0, 3e-4, Step: 1000))),
    ];

    public override Work Forward(Geometry g) => Work.From(0, vectors * g.Count);

    public override Work Backward(Geometry g) => default;

    private protected override (Action Forward, Action Backward) Build(Workbench bench, Geometry g)
    {
        var count = checked((int)g.Count);
        Tensor<float>[] all = [.. Enumerable.Range(0, 4).Select(_ => bench.Filter(1, count, 1))];
        return (() => run(bench.Backend, all), () => { });
    }
}
