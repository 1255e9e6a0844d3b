using MIOpenDarts.Layers.Backends;
using MIOpenDarts.Layers.Backends.Reference;
using MIOpenDarts.Layers.Modules;
using MIOpenDarts.Layers.Randomness;
using MIOpenDarts.Layers.Tensors;

namespace MIOpenDarts.Layers.Tests.Modules;

/// <summary>One module on Reference in double with random source and upstream gradient; the loss is their dot product.</summary>
internal sealed class ModuleRig : IDisposable
{
    private readonly ReferenceBackend<double> backend = new();
    private readonly MemoryPlan<double> plan;
    private readonly Module<double> module;
    private readonly double[] source;
    private readonly double[] upstream;

    public ModuleRig(Func<ParameterSet<double>, Module<double>> build, int images, int channels, int height, int width, ulong seed = 1)
    {
        module = build(Parameters);
        Parameters.Commit(backend);
        Parameters.Initialize(seed);
        plan = new MemoryPlan<double>(backend, images);
        Src = plan.ActivationWithDiff("src", channels, height, width);
        Dst = module.Plan(plan, Src);
        plan.Commit();
        var random = new CounterRandom(seed, RandomStream.Augmentation);
        source = Draw(Src.Shape.Count, ref random);
        upstream = Draw(Dst.Shape.Count, ref random);
        // Affine batch norms start at one and zero, which would hide a swapped pair.
        var weights = Get(Parameters.Values);
        for (var i = 0; i < weights.Length; i++) weights[i] += 0.1 * random.NextNormal();
        backend.Upload<double>(weights, Parameters.Values);
    }

    public ParameterSet<double> Parameters { get; } = new();

    public Tensor<double> Src { get; }

    public Tensor<double> Dst { get; }

    public Pass Pass { get; init; } = new(Training: true);

    /// <summary>Gradient of the loss with respect to what the module computes.</summary>
    public IReadOnlyList<double> Upstream => upstream;

    public BatchShare Share { init => backend.Leaves.UnderWay = value; }

    public double[] Get(Tensor<double> tensor)
    {
        var values = new double[tensor.Shape.Count];
        backend.Download<double>(tensor, values);
        return values;
    }

    public void Put(Tensor<double> tensor, double[] values) => backend.Upload<double>(values, tensor);

    public double[] Forward()
    {
        backend.WriteImages(source, Src);
        module.Forward(Pass);
        return Get(Dst);
    }

    public void Backward()
    {
        Forward();
        backend.Fill(Parameters.Diffs, 0);
        backend.WriteImages(upstream, Dst.Diff!);
        module.Backward(Pass, accumulate: false);
    }

    /// <summary>Compares every gradient with central differences of the loss.</summary>
    public void CheckGradients(double tolerance = 1e-6)
    {
        Backward();
        Compare("source", source, Get(Src.Diff!), _ => { });
        var weights = Get(Parameters.Values);
        Compare("parameters", weights, Get(Parameters.Diffs), values => backend.Upload<double>(values, Parameters.Values));

        void Compare(string what, double[] values, double[] gradient, Action<double[]> put)
        {
            const double delta = 1e-5;
            var scale = gradient.Select(Math.Abs).Append(1).Max();
            for (var i = 0; i < values.Length; i++)
            {
                var kept = values[i];
                values[i] = kept + delta;
                put(values);
                var above = Loss();
                values[i] = kept - delta;
                put(values);
                var below = Loss();
                values[i] = kept;
                put(values);
                var numeric = (above - below) / (2 * delta);
                Assert.True(Math.Abs(numeric - gradient[i]) <= tolerance * scale, $"{what} {i}: {gradient[i]}, numerically {numeric}");
            }
        }
    }

    public void Dispose()
    {
        plan.Dispose();
        Parameters.Dispose();
        backend.Dispose();
    }

    private double Loss() => Forward().Zip(upstream, (y, d) => y * d).Sum();

    private static double[] Draw(long count, ref CounterRandom random)
    {
        var values = new double[count];
        for (var i = 0; i < count; i++) values[i] = random.NextNormal();
        return values;
    }
}
