using MIOpenDarts.Darts.Genotypes;

namespace MIOpenDarts.Darts.Algorithms.PcDarts;

/// <summary>
/// PC-DARTS (Xu et al., ICLR 2020; yuhuixu1993/PC-DARTS): one K-th of the channels is mixed and the rest bypasses; edges into a node have
/// weights β of their own, softmaxed among themselves, and the genotype is read out of α·β; the alphas rest for the first 15 epochs.
/// </summary>
internal sealed class PcDartsAlgorithm : SearchAlgorithm
{
    /// <inheritdoc/>
    public override string Name => "pc-darts";

    /// <inheritdoc/>
    public override string Summary => "partial channels and edge normalisation (Xu et al. 2020)";

    /// <inheritdoc/>
    public override SearchOptions Paper { get; } = new()
    {
        Algorithm = "pc-darts",
        PartialChannels = 4,
        EdgeNormalization = true,
        WarmupEpochs = 15,
        BatchSize = 256,
        LearningRate = 0.1,
        LearningRateMin = 0,
        AlphaLearningRate = 6e-4,
    };

    // Batches and rates of the other methods there: no official code searches this space.
    private protected override SearchOptions ForNasBench201(SearchOptions options) => options with
    {
        BatchSize = 64,
        LearningRate = 0.025,
        LearningRateMin = 0.001,
        AlphaLearningRate = 3e-4,
    };
}
