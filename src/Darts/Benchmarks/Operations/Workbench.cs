using MIOpenDarts.Layers.Backends;
using MIOpenDarts.Layers.Randomness;
using MIOpenDarts.Layers.Tensors;

namespace MIOpenDarts.Darts.Benchmarks.Operations;

/// <summary>Tensors for one measured operation: asked for first, then given memory and random numbers together.</summary>
internal sealed class Workbench(Backend<float> backend, int batch) : IDisposable
{
    private readonly List<Tensor<float>> images = [];
    private readonly List<DeferredBatchNorm<float>> normalized = [];

    public Backend<float> Backend => backend;

    public MemoryPlan<float> Plan { get; } = new(backend, batch);

    public ParameterSet<float> Parameters { get; } = new();

    /// <summary>An activation of the extent of <paramref name="g"/>, with a gradient beside it.</summary>
    public Tensor<float> Images(Geometry g) => Images(g.Channels, g.Size);

    public Tensor<float> Images(int channels, int size)
    {
        var tensor = Plan.ActivationWithDiff($"activation {images.Count}", channels, size, size);
        Fill(tensor);
        Fill(tensor.Diff!);
        return tensor;
    }

    /// <summary>Has an activation that is planned elsewhere filled with the others.</summary>
    public void Fill(Tensor<float> activation) => images.Add(activation);

    /// <summary>A filter, or a vector of parameters, with its gradient.</summary>
    public Tensor<float> Filter(int outputs, int inputs, int kernel) =>
        Parameters.AddParameter(
            $"filter {Parameters.Count}", new Shape(outputs, inputs, kernel, kernel), Initializer.FanIn, inputs * kernel * kernel);

    public BatchNormState<float> Norm(int channels) => new(Parameters, $"norm {Parameters.BufferCount}.", channels, affine: false);

    /// <summary><paramref name="value"/> after a batch norm whose output has the gradient <paramref name="diff"/>.</summary>
    public DeferredBatchNorm<float> Normalized(Tensor<float> value, Tensor<float> diff)
    {
        var v = new DeferredBatchNorm<float>(value, Norm(value.Capacity.C)) { Diff = diff };
        v.Plan(Plan);
        normalized.Add(v);
        return v;
    }

    /// <summary>Allocates, fills, and leaves statistics and gradient vectors as a search step would.</summary>
    public void Commit()
    {
        Parameters.Commit(backend);
        Parameters.Initialize(seed: 1);
        Plan.Commit();
        var values = Draw(images.Count == 0 ? 0 : images.Max(t => t.Shape.Count));
        foreach (var tensor in images) backend.WriteImages(values.AsSpan(0, (int)tensor.Shape.Count), tensor);
        foreach (var v in normalized)
        {
            backend.NormalizationStatistics(v.Value, v.Norm);
            backend.NormalizationGradient(v, null, -1, null);
        }
    }

    public void Dispose()
    {
        Plan.Dispose();
        Parameters.Dispose();
    }

    private static float[] Draw(long count)
    {
        var random = new CounterRandom(1, RandomStream.Augmentation);
        var values = new float[count];
        foreach (ref var value in values.AsSpan()) value = 2 * random.NextSingle() - 1;
        return values;
    }
}
