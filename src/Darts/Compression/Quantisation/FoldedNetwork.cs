using MIOpenDarts.Darts.Evaluation.Operations;

namespace MIOpenDarts.Darts.Compression.Quantisation;

/// <summary>A layer of a network without batch norms.</summary>
/// <param name="Operation">What it computes; sources are numbers of layers, counted from 1, and 0 for the images.</param>
/// <param name="Value">Number of the value that it computes in the network with batch norms.</param>
/// <param name="IsRectified">Whether a ReLU is part of it, because nothing reads the value before.</param>
/// <param name="Weights">[O,I/groups,kh,kw]; empty where it has none.</param>
/// <param name="Bias">[O]; empty where it has no weights.</param>
internal sealed record FoldedLayer(NetworkOperation Operation, int Value, bool IsRectified, float[] Weights, float[] Bias)
{
    /// <summary>Numbers of one filter.</summary>
    public int FilterSize => Weights.Length / Bias.Length;

    /// <summary>Whether it computes numbers that the bytes of its sources do not hold; others keep those bytes.</summary>
    public bool IsRounded => Operation.Kind is OperationKind.Convolution or OperationKind.FactorizedReduce or OperationKind.Sum
        or OperationKind.Concat or OperationKind.AveragePool or OperationKind.GlobalAverage;
}

/// <summary>
/// A trained network as integers will compute it: batch norms multiplied into the convolutions before them, one ReLU for each value, none
/// where a layer can do it, no sums with zeros.
/// </summary>
/// <param name="Origin">The network.</param>
/// <param name="Layers">Each after those it reads.</param>
internal sealed record FoldedNetwork(HostNetwork Origin, IReadOnlyList<FoldedLayer> Layers)
{
    /// <summary>Folds a network.</summary>
    public static FoldedNetwork From(HostNetwork network) => new(network, new NormFolding(network).Layers());
}
