using MIOpenDarts.Layers.Backends;
using MIOpenDarts.Layers.Backends.Reference;
using MIOpenDarts.Layers.Tensors;

namespace MIOpenDarts.Layers.Tests.Fused;

/// <summary>What the statistics of one call are, channel by channel: 1/σ, and the largest |ẑ|.</summary>
internal sealed record ExactStatistics(double[] InverseDeviation, double[] LargestNormalized);

/// <summary>The reference in double, which keeps the statistics that it computed, for <see cref="MagnitudeBackend"/>.</summary>
internal sealed class ExactBackend : ReferenceBackend<double>
{
    /// <summary>In the order of the calls.</summary>
    public Queue<ExactStatistics> Statistics { get; } = new();

    public override void NormalizationStatistics(Tensor<double> src, BatchNormState<double> norm)
    {
        base.NormalizationStatistics(src, norm);
        var (shape, z) = (src.Shape, new double[src.Shape.Count]);
        Download(src, z.AsSpan());
        var (mean, inverse, largest) = (new double[shape.C], new double[shape.C], new double[shape.C]);
        Download(norm.Mean, mean.AsSpan());
        Download(norm.InverseDeviation, inverse.AsSpan());
        for (var i = 0; i < z.Length; i++)
        {
            var c = (int)(i / shape.Pixels % shape.C);
            largest[c] = Math.Max(largest[c], Math.Abs(z[i] - mean[c]) * inverse[c]);
        }

        Statistics.Enqueue(new(inverse, largest));
    }
}
