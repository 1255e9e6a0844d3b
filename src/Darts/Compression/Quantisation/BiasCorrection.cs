namespace MIOpenDarts.Darts.Compression.Quantisation;

/// <summary>
/// Rounded weights move the mean of a layer's output by (Ŵ − W)·E[x] (Nagel et al. 2019): the bias takes that back, with E[x] from
/// calibration images.
/// </summary>
internal static class BiasCorrection
{
    /// <summary>The corrected bias [O] of a layer.</summary>
    /// <param name="layer">The layer.</param>
    /// <param name="means">Mean of each channel that it reads [I].</param>
    /// <param name="inputStep">Step of its source.</param>
    /// <param name="most">Greatest |q| of a weight.</param>
    public static float[] Apply(FoldedLayer layer, double[] means, float inputStep, int most)
    {
        var (filter, size) = (IntegerFilter.From(layer.Weights, layer.Bias, inputStep, most), layer.FilterSize);
        var groups = layer.Operation.Groups;
        var inputs = means.Length / groups;
        var corrected = new float[layer.Bias.Length];
        for (var o = 0; o < corrected.Length; o++)
        {
            var first = o / (corrected.Length / groups) * inputs;
            double moved = 0;
            for (var k = 0; k < size; k++)
            {
                var lost = (double)filter.Scales[o] * filter.Weights[o * size + k] - layer.Weights[o * size + k];
                moved += lost * means[first + k / (size / inputs)];
            }

            corrected[o] = (float)(layer.Bias[o] - moved);
        }

        return corrected;
    }
}
