using BenchmarkDotNet.Attributes;
using MIOpenDarts.Darts.Benchmarks.Operations;
using MIOpenDarts.Layers.Backends;

namespace MIOpenDarts.Bench;

/// <summary>One case of the catalogue at one number of channels, at batch 64 and the size that the standard supernet has with it.</summary>
public abstract class CaseBenchmark
{
    private Backend<float>? backend;
    private PreparedOperation? prepared;

    /// <summary>Channels.</summary>
    [ParamsSource(nameof(Widths))]
    public int C { get; set; }

    /// <summary>Channel counts.</summary>
    public static IEnumerable<int> Widths => Geometry.Widths;

    private protected PreparedOperation Prepared => prepared!;

    /// <summary>Frees the tensors.</summary>
    [GlobalCleanup]
    public void Cleanup()
    {
        prepared!.Dispose();
        backend!.Dispose();
    }

    private protected void Prepare(object operation)
    {
        backend = BackendChoice.Create("auto");
        prepared = ((OperationCase)operation).Prepare(backend, Geometry.Standard(C));
    }
}

/// <summary>The plain operations of a backend.</summary>
public class Operations : CaseBenchmark
{
    /// <summary>Which.</summary>
    [ParamsSource(nameof(Cases))]
    public object Operation { get; set; } = null!;

    /// <summary>All.</summary>
    public static IEnumerable<object> Cases => Catalogue.Operations;

    /// <summary>Makes the tensors.</summary>
    [GlobalSetup]
    public void Setup() => Prepare(Operation);

    /// <summary>Forward.</summary>
    [Benchmark]
    public void Forward() => Prepared.Forward();

    /// <summary>Backward in data and weights.</summary>
    [Benchmark]
    public void Backward() => Prepared.Backward();
}

/// <summary>Candidate operations of an edge, shared forms, whole cells.</summary>
public class Layers : CaseBenchmark
{
    /// <summary>Which.</summary>
    [ParamsSource(nameof(Cases))]
    public object Layer { get; set; } = null!;

    /// <summary>All.</summary>
    public static IEnumerable<object> Cases => Catalogue.Layers;

    /// <summary>Makes the tensors.</summary>
    [GlobalSetup]
    public void Setup() => Prepare(Layer);

    /// <summary>Forward.</summary>
    [Benchmark]
    public void Forward() => Prepared.Forward();

    /// <summary>Backward in data and weights.</summary>
    [Benchmark]
    public void Backward() => Prepared.Backward();
}

/// <summary>Operations on flat vectors of as many numbers as an activation has.</summary>
public class Vectors : CaseBenchmark
{
    /// <summary>Which.</summary>
    [ParamsSource(nameof(Cases))]
    public object Operation { get; set; } = null!;

    /// <summary>All.</summary>
    public static IEnumerable<object> Cases => Catalogue.Vectors;

    /// <summary>Makes the vectors.</summary>
    [GlobalSetup]
    public void Setup() => Prepare(Operation);

    /// <summary>The operation.</summary>
    [Benchmark]
    public void Run() => Prepared.Forward();
}
