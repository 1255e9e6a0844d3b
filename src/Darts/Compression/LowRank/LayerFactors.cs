using MIOpenDarts.Layers.Backends;

namespace MIOpenDarts.Darts.Compression.LowRank;

/// <summary>How a convolution may be cut into factors.</summary>
internal abstract class LayerFactors
{
    /// <summary>Channels that it reads.</summary>
    public abstract int Inputs { get; }

    /// <summary>Channels that it computes.</summary>
    public abstract int Outputs { get; }

    /// <summary>Of what <see cref="RankOption.Loss"/> is a share.</summary>
    public abstract string Energy { get; }

    /// <summary>What it costs, whole and at each of its ranks.</summary>
    /// <param name="inputPixels">Pixels of what it reads, or 1 to count parameters.</param>
    /// <param name="pixels">Pixels of what it computes, or 1 to count parameters.</param>
    public abstract RankCandidate Candidate(int inputPixels, int pixels);

    /// <summary>Its factors in the order of computation, and what they lose.</summary>
    public abstract (IReadOnlyList<LayerFactor> Factors, double Loss) Cut(RankOption option);
}

/// <summary>A factor of a convolution.</summary>
/// <param name="Window">Its geometry.</param>
/// <param name="Channels">Channels that it computes.</param>
/// <param name="Weights">[channels, inputs, taps].</param>
internal sealed record LayerFactor(Window2D Window, int Channels, float[] Weights);
