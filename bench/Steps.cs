using BenchmarkDotNet.Attributes;
using MIOpenDarts.Darts.Benchmarks.Steps;
using MIOpenDarts.Layers.Backends;

namespace MIOpenDarts.Bench;

/// <summary>Whole steps of a search; the methods are named like <see cref="StepKind"/>.</summary>
public class Steps
{
    private Backend<float>? backend;
    private PreparedStep? prepared;

    /// <summary>Supernet and batch.</summary>
    [ParamsSource(nameof(Configurations))]
    public object Configuration { get; set; } = null!;

    /// <summary>All.</summary>
    public static IEnumerable<object> Configurations => StepConfiguration.All;

    /// <summary>A network without what only second order needs.</summary>
    [GlobalSetup(Targets = [nameof(Weights), nameof(AlphasFirstOrder)])]
    public void FirstOrder() => Prepare(unrolled: false);

    /// <summary>A network for second order.</summary>
    [GlobalSetup(Target = nameof(AlphasSecondOrder))]
    public void SecondOrder() => Prepare(unrolled: true);

    /// <summary>Frees the network.</summary>
    [GlobalCleanup]
    public void Cleanup()
    {
        prepared!.Dispose();
        backend!.Dispose();
    }

    /// <summary>Forward, backward, clipping, SGD.</summary>
    [Benchmark]
    public void Weights() => prepared!.Run(StepKind.Weights);

    /// <summary>First-order step of the alphas.</summary>
    [Benchmark]
    public void AlphasFirstOrder() => prepared!.Run(StepKind.AlphasFirstOrder);

    /// <summary>Second-order step of the alphas.</summary>
    [Benchmark]
    public void AlphasSecondOrder() => prepared!.Run(StepKind.AlphasSecondOrder);

    private void Prepare(bool unrolled)
    {
        backend = BackendChoice.Create("auto");
        prepared = new PreparedStep(backend, (StepConfiguration)Configuration, unrolled);
    }
}
