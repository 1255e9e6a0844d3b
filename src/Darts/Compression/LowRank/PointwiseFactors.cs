using MIOpenDarts.Layers.Backends;

namespace MIOpenDarts.Darts.Compression.LowRank;

/// <summary>A 1x1 convolution as two: I→r with the stride of the layer, and r→O.</summary>
/// <param name="spectrum">What each rank loses of the layer's output on the data.</param>
/// <param name="window">Geometry of the layer.</param>
internal sealed class PointwiseFactors(PointwiseSpectrum spectrum, Window2D window) : LayerFactors
{
    /// <inheritdoc/>
    public override int Inputs => spectrum.Inputs;

    /// <inheritdoc/>
    public override int Outputs => spectrum.Outputs;

    /// <inheritdoc/>
    public override string Energy => "output's";

    /// <inheritdoc/>
    public override RankCandidate Candidate(int inputPixels, int pixels)
    {
        var (whole, each) = ((long)Inputs * Outputs * pixels, (long)(Inputs + Outputs) * pixels);
        var most = (int)Math.Min(spectrum.FullRank - 1, (whole - 1) / each);
        return new RankCandidate(
            whole, [.. Enumerable.Range(0, most).Select(i => most - i).Select(r => new RankOption(r * each, spectrum.Loss(r), r, r))]);
    }

    /// <inheritdoc/>
    public override (IReadOnlyList<LayerFactor> Factors, double Loss) Cut(RankOption option)
    {
        var (first, second) = spectrum.Factors(option.Rank);
        return (
            [new LayerFactor(window, option.Rank, first), new LayerFactor(Window2D.Point, Outputs, second)], spectrum.Loss(option.Rank));
    }
}
