using MIOpenDarts.Darts.Evaluation.Operations;
using MIOpenDarts.Layers.Backends;
using MIOpenDarts.Layers.Modules;

namespace MIOpenDarts.Darts.Compression.Quantisation;

/// <summary>How a network is quantised.</summary>
/// <param name="Rule">How ranges of values are chosen.</param>
/// <param name="FullRange">Weights from −127 to 127 instead of −64 to 64, for processors with VNNI or of ARM.</param>
/// <param name="IsPlain">Without equalisation of channels and correction of biases.</param>
internal sealed record QuantisationChoice(RangeRule Rule = RangeRule.MinMax, bool FullRange = false, bool IsPlain = false)
{
    /// <summary>Greatest |q| of a weight.</summary>
    public int MostWeight => FullRange ? Int8Filter.FullRange : Int8Filter.ReducedRange;
}

/// <summary>From a trained network and calibration images to the same network over bytes.</summary>
internal static class NetworkQuantiser
{
    /// <summary>
    /// Quantises a network. Weights and biases of the result stay in single precision, for further training; what is computed with are the
    /// integers that they are rounded to.
    /// </summary>
    public static QuantisedNetwork Apply(
        HostNetwork network, QuantisationChoice choice, CalibrationImages images, Backend<float> backend)
    {
        if (!choice.IsPlain) network = Equalisation.Apply(network, choice, images, backend);
        var folded = FoldedNetwork.From(network);
        var ranges = ValueRanges.Measure(network, [0, .. folded.Layers.Select(layer => layer.Value)], choice.Rule, images, backend);
        return new QuantisedNetwork(folded, Quantised(folded, ranges, choice));
    }

    private static HostNetwork Quantised(FoldedNetwork folded, ValueRanges ranges, QuantisationChoice choice)
    {
        int[] values = [0, .. folded.Layers.Select(layer => layer.Value)];
        var tensors = new Dictionary<string, float[]>();
        // The images' bytes come before all layers.
        var scales = new List<ByteScale> { ranges.Scale(0) };
        var operations = new List<NetworkOperation>
        {
            new() { Kind = OperationKind.Quantise, Sources = [0], Step = scales[0].Step, ZeroPoint = scales[0].ZeroPoint },
        };
        foreach (var layer in folded.Layers)
        {
            var operation = layer.Operation;
            var source = scales[operation.Sources[0]];
            scales.Add(layer.IsRounded ? ranges.Scale(layer.Value) : source);
            operations.Add(operation with
            {
                Sources = [.. operation.Sources.Select(number => number + 1)],
                MostWeight = layer.Bias.Length > 0 ? choice.MostWeight : 0,
                InputStep = layer.Bias.Length > 0 ? source.Step : 0,
                Step = layer.IsRounded ? scales[^1].Step : 0,
                ZeroPoint = layer.IsRounded ? scales[^1].ZeroPoint : (byte)0,
            });
            if (layer.Bias.Length == 0) continue;
            tensors[operation.Name + "bias"] = choice.IsPlain
                ? layer.Bias
                : BiasCorrection.Apply(layer, ranges.Means(values[operation.Sources[0]]), source.Step, choice.MostWeight);
            if (operation.Kind != OperationKind.FactorizedReduce) tensors[operation.Name + "weight"] = layer.Weights;
            else
                (tensors[operation.Name + "conv_1.weight"], tensors[operation.Name + "conv_2.weight"]) =
                    (layer.Weights[..(layer.Weights.Length / 2)], layer.Weights[(layer.Weights.Length / 2)..]);
        }

        return folded.Origin with { Operations = operations, Tensors = tensors };
    }
}

/// <summary>A network over bytes, and what it was made from.</summary>
/// <param name="Folded">Layer k of it is operation k of the network over bytes, whose operation 0 makes bytes of the images.</param>
/// <param name="Network">The network over bytes.</param>
internal sealed record QuantisedNetwork(FoldedNetwork Folded, HostNetwork Network);
