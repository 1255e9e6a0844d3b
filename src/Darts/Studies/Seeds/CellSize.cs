using MIOpenDarts.Darts.Data;
using MIOpenDarts.Darts.Genotypes;
using MIOpenDarts.Darts.Training;
using MIOpenDarts.Layers.Backends.Reference;

namespace MIOpenDarts.Darts.Studies.Seeds;

/// <summary>Counts the parameters of the networks that some options of a training give for different genotypes.</summary>
/// <param name="data">The images.</param>
/// <param name="options">The options; their network is replaced.</param>
internal sealed class CellSize(ImageData data, TrainOptions options)
{
    /// <summary>Parameters without the auxiliary head.</summary>
    public long Of(Genotype genotype)
    {
        using var backend = new ReferenceBackend<float>();
        using var net = EvaluationTraining.Describe(data, options with { Network = genotype.ToString() }).Build(backend);
        return net.ParameterCount;
    }
}
