using MIOpenDarts.Layers.Backends;
using MIOpenDarts.Layers.Randomness;
using MIOpenDarts.Layers.Tensors;

namespace MIOpenDarts.Layers.Diagnostics;

/// <summary>
/// One operation on one backend: its k-th tensor holds the same random numbers on every backend, and its results are read in logical order.
/// </summary>
internal sealed class SelfTestTensors(Backend<float> backend) : IDisposable
{
    private readonly List<IDisposable> owned = [];
    private readonly List<Func<float[]>> results = [];
    private int drawn;

    public Backend<float> Backend => backend;

    /// <summary>Every result, one after the other.</summary>
    public float[] Read() => [.. results.SelectMany(read => read())];

    public void Dispose() => owned.ForEach(o => o.Dispose());

    /// <summary>An activation of random numbers in [-1, 1].</summary>
    public Tensor<float> Images(int n, int c, int h, int w)
    {
        var tensor = Place<float>(new Shape(n, c, h, w));
        backend.WriteImages(Draw(tensor.Shape.Count), tensor);
        return tensor;
    }

    /// <summary>An activation that is a result.</summary>
    public Tensor<float> ImageResult(int n, int c, int h, int w)
    {
        var tensor = Images(n, c, h, w);
        Result(tensor);
        return tensor;
    }

    /// <summary>Makes an activation a result.</summary>
    public void Result(Tensor<float> images) => results.Add(() =>
    {
        var values = new float[images.Shape.Count];
        backend.ReadImages(images, values);
        return values;
    });

    /// <summary>A filter or vector of random numbers in [-1, 1], with a gradient.</summary>
    public Tensor<float> Parameter(params ReadOnlySpan<int> lengths)
    {
        var shape = lengths.Length == 1 ? Shape.Vector(lengths[0]) : new Shape(lengths[0], lengths[1], lengths[2], lengths[3]);
        var tensor = Place<float>(shape);
        backend.Upload<float>(Draw(shape.Count), tensor);
        return tensor;
    }

    /// <summary>A filter or vector that is a result.</summary>
    public Tensor<float> ParameterResult(params ReadOnlySpan<int> lengths)
    {
        var tensor = Parameter(lengths);
        VectorResult(tensor);
        return tensor;
    }

    /// <summary>Makes a vector a result.</summary>
    public void VectorResult(Tensor<float> vector) => results.Add(() =>
    {
        var values = new float[vector.Shape.Count];
        backend.Download(vector, values);
        return values;
    });

    /// <summary>Makes a number a result.</summary>
    public void NumberResult(double number) => results.Add(() => [(float)number]);

    /// <summary>Bytes or labels, zero.</summary>
    public Tensor<T> Zeros<T>(int n, int c, int h, int w)
        where T : unmanaged => Place<T>(new Shape(n, c, h, w));

    /// <summary>z before a deferred batch norm with its statistics, and the gradient that comes back through it.</summary>
    public DeferredBatchNorm<float> Normalized(Tensor<float> value, Tensor<float> diff)
    {
        var parameters = new ParameterSet<float>();
        var norm = new BatchNormState<float>(parameters, "", value.Shape.C, affine: false);
        parameters.Commit(backend);
        var plan = new MemoryPlan<float>(backend, 1);
        var v = new DeferredBatchNorm<float>(value, norm) { Diff = diff };
        v.Plan(plan);
        plan.Commit();
        owned.Add(parameters);
        owned.Add(plan);
        parameters.Initialize(1);
        foreach (var vector in new[] { norm.Mean, v.Gradient.Dy, v.Gradient.Z, v.Gradient.Constant })
            backend.Upload<float>(Draw(value.Shape.C), vector);
        backend.Upload<float>([.. Draw(value.Shape.C).Select(x => x * x + 1)], norm.InverseDeviation);
        return v;
    }

    /// <summary>Prepares an operation, with the memory that it asks for.</summary>
    public Operation<float> Plan(int batch, Func<MemoryPlan<float>, Operation<float>> prepare)
    {
        var plan = new MemoryPlan<float>(backend, batch);
        var operation = prepare(plan);
        plan.Commit();
        owned.Add(plan);
        return operation;
    }

    private Tensor<T> Place<T>(Shape shape)
        where T : unmanaged
    {
        var storage = backend.Allocate((shape.Count + 32) * System.Runtime.CompilerServices.Unsafe.SizeOf<T>());
        owned.Add(storage);
        var tensor = new Tensor<T>($"trial {owned.Count}", shape);
        tensor.Bind(storage.Address);
        return tensor;
    }

    private float[] Draw(long count)
    {
        var random = new CounterRandom(3, RandomStream.Weights, 0, drawn++);
        var values = new float[count];
        foreach (ref var value in values.AsSpan()) value = 2 * random.NextSingle() - 1;
        return values;
    }
}
