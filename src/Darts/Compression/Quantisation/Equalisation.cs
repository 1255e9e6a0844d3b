using MIOpenDarts.Darts.Compression.Pruning;
using MIOpenDarts.Darts.Evaluation.Operations;
using MIOpenDarts.Layers.Backends;

namespace MIOpenDarts.Darts.Compression.Quantisation;

/// <summary>
/// Cross-layer equalisation (Nagel et al. 2019): channels between two layers that nothing else reads are divided by factors, with which the
/// second layer's weights are multiplied. The network computes the same, and all channels use the bytes of their value. A ReLU between lets
/// factors over zero through.
/// </summary>
internal sealed class Equalisation
{
    // Exponents of channel ranges that are tried where the second layer's weights pay for it; with a half both share.
    private static readonly double[] Exponents = [0, 0.25, 0.5, 0.75, 1];

    // A channel that hardly fires on the calibration images may fire on others: it keeps this share of the bytes of its value.
    private const double LeastFactor = 1.0 / 32;

    private const int ImagesOfTrial = 4;

    private readonly HostNetwork network;
    private readonly List<Pair> pairs = [];

    /// <param name="Scaler">Operation whose result is divided: an affine batch norm or a convolution.</param>
    /// <param name="Value">Value whose channels are made equal.</param>
    /// <param name="Reader">The convolution that alone reads it.</param>
    /// <param name="IsFree">Whether the factor is one of a whole filter, whose scale takes it up.</param>
    private sealed record Pair(int Scaler, int Value, int Reader, bool IsFree);

    private Equalisation(HostNetwork network)
    {
        this.network = network;
        var operations = network.Operations;
        var readers = new List<int>[operations.Count + 1];
        for (var value = 0; value < readers.Length; value++) readers[value] = [];
        for (var i = 0; i < operations.Count; i++)
            foreach (var source in operations[i].Sources) readers[source].Add(i);
        var channels = OperationList.Channels(operations, network.Origin.Task.Channels);
        for (var i = 0; i < operations.Count; i++)
        {
            if (operations[i] is not ({ Kind: OperationKind.BatchNorm, Affine: true } or { Kind: OperationKind.Convolution })) continue;
            var value = i + 1;
            if (readers[value] is [var relu] && operations[relu].Kind == OperationKind.Relu) value = relu + 1;
            if (readers[value] is [var reader] && operations[reader] is { Kind: OperationKind.Convolution } second
                && (second.Groups == 1 || ChannelTies.IsDepthwise(second, channels[value])))
                pairs.Add(new Pair(i, value, reader, second.Groups > 1));
        }
    }

    /// <summary>
    /// The network with equal channels: completely where that costs nothing, and elsewhere with the exponent by which the second layer
    /// loses least when it is quantised.
    /// </summary>
    public static HostNetwork Apply(
        HostNetwork network, QuantisationChoice choice, CalibrationImages images, Backend<float> backend)
    {
        var equalisation = new Equalisation(network);
        var ranges = ValueRanges.Measure(
            network, equalisation.pairs.Select(pair => pair.Value), RangeRule.MinMax, images, backend);
        var best = new Dictionary<Pair, (double Exponent, double Loss)>();
        foreach (var exponent in Exponents)
        {
            var tried = equalisation.With(ranges, pair => pair.IsFree ? 1 : exponent);
            var quantised = NetworkQuantiser.Apply(tried, choice with { IsPlain = true, Rule = RangeRule.MinMax }, images, backend);
            var losses = LayerLoss.Measure(quantised, images, backend, ImagesOfTrial).ToDictionary(loss => loss.Name, loss => loss.Alone);
            foreach (var pair in equalisation.pairs.Where(pair => !pair.IsFree))
            {
                // What only zeros read is no layer of the quantised network, and its factors count for nothing.
                var loss = losses.GetValueOrDefault(network.Operations[pair.Reader].Name.TrimEnd('.'));
                if (!best.TryGetValue(pair, out var before) || loss < before.Loss) best[pair] = (exponent, loss);
            }
        }

        return equalisation.With(ranges, pair => pair.IsFree ? 1 : best[pair].Exponent);
    }

    private HostNetwork With(ValueRanges ranges, Func<Pair, double> exponent)
    {
        var tensors = network.Tensors.ToDictionary();
        foreach (var pair in pairs)
        {
            var factors = Factors(ranges.Largest(pair.Value), exponent(pair));
            var (scaler, reader) = (network.Operations[pair.Scaler], network.Operations[pair.Reader]);
            var inverse = Array.ConvertAll(factors, factor => 1 / factor);
            tensors[scaler.Name + "weight"] = Rows(tensors[scaler.Name + "weight"], inverse);
            if (scaler.Kind == OperationKind.BatchNorm) tensors[scaler.Name + "bias"] = Rows(tensors[scaler.Name + "bias"], inverse);
            var weights = tensors[reader.Name + "weight"];
            tensors[reader.Name + "weight"] = pair.IsFree ? Rows(weights, factors) : Columns(weights, factors, reader.Window.Taps);
        }

        return network with { Tensors = tensors };
    }

    // w [O, …], a factor for each filter.
    private static float[] Rows(float[] w, double[] factors) =>
        [.. w.Select((value, k) => (float)(value * factors[k / (w.Length / factors.Length)]))];

    // w [O,I,kh,kw], a factor for each channel that is read.
    private static float[] Columns(float[] w, double[] factors, int taps) =>
        [.. w.Select((value, k) => (float)(value * factors[k / taps % factors.Length]))];

    // A channel that is always zero keeps its weights.
    private static double[] Factors(float[] largest, double exponent)
    {
        var most = largest.Max();
        return Array.ConvertAll(largest, range => range > 0 ? Math.Max(LeastFactor, Math.Pow((double)range / most, exponent)) : 1);
    }
}
