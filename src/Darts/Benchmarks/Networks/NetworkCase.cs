using MIOpenDarts.Darts.Costs;
using MIOpenDarts.Darts.Costs.Profiling;
using MIOpenDarts.Darts.Evaluation;
using MIOpenDarts.Darts.Genotypes;
using MIOpenDarts.Layers.Backends;

namespace MIOpenDarts.Darts.Benchmarks.Networks;

/// <summary>
/// A step of training, or one inference, of the discrete network that the paper trains on CIFAR-10: DARTS_V2 with 20 cells and C = 36.
/// </summary>
/// <param name="Runtime">What computes it.</param>
/// <param name="Pass">Training or inference.</param>
/// <param name="Batch">Images.</param>
/// <param name="Prepare">Plans it; the caller disposes what it gets.</param>
internal sealed record NetworkCase(string Runtime, string Pass, int Batch, Func<IPreparedRun> Prepare)
{
    /// <summary>Name of the genotype.</summary>
    public const string Genotype = "DARTS_V2";

    /// <summary>C of the first cell.</summary>
    public const int InitChannels = 36;

    /// <summary>Number of cells.</summary>
    public const int Layers = 20;

    /// <summary>Images of the paper's batch in training.</summary>
    public const int TrainingBatch = 96;

    private const string TrainingStep = "training step";

    /// <summary>CIFAR-10.</summary>
    public static ImageTask Task { get; } = new(3, 32, 32, 10);

    /// <summary>
    /// FLOP of convolutions and linear layers; backward counts as two forward passes, and the auxiliary head is left out.
    /// </summary>
    public double Flops { get; } = (Pass == TrainingStep ? 3 : 1) * 2 * Batch * Network.Parts(Cells).Sum(CountedCost.MultiplyAdds.Of);

    private static TargetNetwork Network => new(new EvaluationShape(Task, InitChannels, Layers, Auxiliary: false));

    private static Genotype Cells => GenotypeReader.Resolve(Genotype);

    /// <summary>A step of the paper's recipe: auxiliary head, drop path, clipping, SGD.</summary>
    public static NetworkCase Training(Backend<float> backend) =>
        new(backend.Name, TrainingStep, TrainingBatch, () => new TrainingRun(backend, TrainingBatch));

    /// <summary>Inference in batches, on what <paramref name="profiler"/> runs.</summary>
    public static NetworkCase Inference(IProfiler profiler, int batch) =>
        new(profiler.Device.Backend, "inference", batch, () => profiler.Prepare(Network, Cells));
}
