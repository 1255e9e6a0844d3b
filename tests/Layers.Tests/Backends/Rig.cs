using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using MIOpenDarts.Layers.Backends;
using MIOpenDarts.Layers.Randomness;
using MIOpenDarts.Layers.Tensors;

namespace MIOpenDarts.Layers.Tests.Backends;

/// <summary>
/// Tensors for one operation on one backend. The k-th tensor holds the same numbers on every backend, exact in single precision;
/// that goes for results too, which must be overwritten or added to. Behind every tensor lie NaNs, which nobody may change and which show
/// in a result that was computed from them.
/// </summary>
internal sealed class Rig<T>(Backend<T> backend, OperationCase @case, bool keepBackend = false) : IDisposable
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private const int Slack = 128;
    private const byte Canary = 0xFF;
    private readonly List<(Storage Memory, long Bytes)> memory = [];
    private readonly List<(Func<double[]> Read, double Tolerance)> results = [];
    private readonly List<IDisposable> owned = [];

    public Backend<T> Backend => backend;

    /// <summary>Activation of random numbers in [−1, 1].</summary>
    public Tensor<T> Images(Shape shape)
    {
        var tensor = Place<T>(shape);
        backend.WriteImages(Draw(shape.Count), tensor);
        return tensor;
    }

    /// <summary>Vector or filter of random numbers in [−1, 1].</summary>
    public Tensor<T> Parameter(Shape shape)
    {
        var tensor = Place<T>(shape);
        backend.Upload<T>(Draw(shape.Count), tensor);
        tensor.Diff = null;
        return tensor;
    }

    /// <summary>Pool indices, zero.</summary>
    public Tensor<byte> Taps(Shape shape) => Place<byte>(shape);

    /// <summary>Labels below <paramref name="classes"/>.</summary>
    public Tensor<int> Labels(int count, int classes)
    {
        var tensor = Place<int>(new Shape(count, 1, 1, 1));
        backend.Upload<int>(Draw(count).Select(x => (int)((double.CreateChecked(x) + 1) / 2.001 * classes)).ToArray(), tensor);
        return tensor;
    }

    /// <summary>A batch norm with random numbers in everything that it holds (deviations positive).</summary>
    public BatchNormState<T> Norm(int channels, bool affine)
    {
        var parameters = new ParameterSet<T>();
        var norm = new BatchNormState<T>(parameters, "", channels, affine);
        parameters.Commit(backend);
        var plan = new MemoryPlan<T>(backend, 1);
        norm.Plan(plan);
        plan.Commit();
        backend.Upload<T>(Draw(parameters.Count), parameters.Values);
        backend.Upload<T>(Draw(parameters.Count), parameters.Diffs);
        backend.Upload<T>(Draw(channels), norm.RunningMean);
        backend.Upload<T>(Draw(channels), norm.Mean);
        foreach (var positive in new[] { norm.RunningVariance, norm.InverseDeviation })
            backend.Upload<T>(Draw(channels).Select(x => x * x + T.One).ToArray(), positive);
        owned.Add(parameters);
        owned.Add(plan);
        return norm;
    }

    /// <summary>z before a deferred batch norm, with a gradient and the three vectors that lead back.</summary>
    public DeferredBatchNorm<T> Normalized(Tensor<T> value)
    {
        var norm = Norm(value.Shape.C, affine: false);
        var v = new DeferredBatchNorm<T>(value, norm) { Diff = Images(value.Shape) };
        var plan = new MemoryPlan<T>(backend, 1);
        v.Plan(plan);
        plan.Commit();
        owned.Add(plan);
        foreach (var vector in new[] { norm.Mean, v.Gradient.Dy, v.Gradient.Z, v.Gradient.Constant })
            backend.Upload<T>(Draw(value.Shape.C), vector);
        backend.Upload<T>(Draw(value.Shape.C).Select(x => x * x + T.One).ToArray(), norm.InverseDeviation);
        return v;
    }

    /// <summary>A result in activation layout.</summary>
    public Tensor<T> ImageResult(Shape shape, double tolerance) => Result(Images(shape), tolerance);

    /// <summary>A result in parameter layout.</summary>
    public Tensor<T> ParameterResult(Shape shape, double tolerance)
    {
        var tensor = Parameter(shape);
        VectorResult(tensor, tolerance);
        return tensor;
    }

    public Tensor<T> Result(Tensor<T> tensor, double tolerance)
    {
        results.Add((() =>
        {
            var values = new T[tensor.Shape.Count];
            backend.ReadImages(tensor, values);
            return Array.ConvertAll(values, double.CreateChecked);
        }, tolerance));
        return tensor;
    }

    public void VectorResult(Tensor<T> tensor, double tolerance) => results.Add((() =>
    {
        var values = new T[tensor.Shape.Count];
        backend.Download(tensor, values);
        return Array.ConvertAll(values, double.CreateChecked);
    }, tolerance));

    public void NumberResult(Func<double> number, double tolerance) => results.Add((() => [number()], tolerance));

    /// <summary>Reads every result and makes sure that nothing beside them was written.</summary>
    public IReadOnlyList<(double[] Values, double Tolerance)> Read()
    {
        var behind = new byte[Slack];
        foreach (var (block, bytes) in memory)
        {
            backend.Download(Behind(block, bytes), behind);
            Assert.False(behind.ContainsAnyExcept(Canary), "Memory behind a tensor was written.");
        }

        return results.ConvertAll(r => (r.Read(), r.Tolerance));
    }

    public void Dispose()
    {
        foreach (var (block, _) in memory) block.Dispose();
        foreach (var item in owned) item.Dispose();
        if (!keepBackend) backend.Dispose();
    }

    private Tensor<TElement> Place<TElement>(Shape shape)
        where TElement : unmanaged
    {
        var bytes = shape.Count * Unsafe.SizeOf<TElement>();
        var block = backend.Allocate(bytes + Slack);
        backend.Upload<byte>(Enumerable.Repeat(Canary, Slack).ToArray(), Behind(block, bytes));
        memory.Add((block, bytes));
        var tensor = new Tensor<TElement>($"tensor {memory.Count}", shape);
        tensor.Bind(block.Address);
        return tensor;
    }

    private static Tensor<byte> Behind(Storage block, long bytes)
    {
        var slack = new Tensor<byte>("slack", Shape.Vector(Slack));
        slack.Bind(block.Address + (nint)bytes);
        return slack;
    }

    private T[] Draw(long count)
    {
        var random = new CounterRandom((ulong)@case.Seed, RandomStream.Weights, 0, memory.Count + 1000 * owned.Count);
        var values = new T[count];
        foreach (ref var value in values.AsSpan())
        {
            var x = 2 * random.NextSingle() - 1;
            value = T.CreateChecked(@case.Coarse ? MathF.Round(x * 4) / 4 : x);
        }

        return values;
    }
}
