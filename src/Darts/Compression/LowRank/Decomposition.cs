using MIOpenDarts.Darts.Evaluation.Operations;
using MIOpenDarts.Layers.Backends;
using MIOpenDarts.Layers.Modules;

namespace MIOpenDarts.Darts.Compression.LowRank;

/// <summary>What decomposition did with one layer.</summary>
/// <param name="Name">Official name of the layer.</param>
/// <param name="Inputs">I.</param>
/// <param name="Outputs">O.</param>
/// <param name="Rank">Rank of the two factors; 0 where the layer stays whole.</param>
/// <param name="Loss">Share of the mean squared output that is lost on the calibration images.</param>
internal sealed record DecomposedLayer(string Name, int Inputs, int Outputs, int Rank, double Loss);

/// <summary>
/// Replaces 1x1 convolutions by two of lower rank: I→r with the stride of the layer, and r→O. They hold most of the parameters of a DARTS
/// network. A factorized reduction stays whole.
/// </summary>
internal sealed class Decomposition
{
    private readonly HostNetwork network;
    private readonly List<(int Operation, PointwiseSpectrum Spectrum, RankCandidate Macs, RankCandidate Parameters)> layers = [];

    /// <summary>Measures the layers on calibration images.</summary>
    /// <param name="network">The network.</param>
    /// <param name="images">What it is measured on.</param>
    /// <param name="backend">Where it computes.</param>
    public Decomposition(HostNetwork network, CalibrationImages images, Backend<float> backend)
    {
        this.network = network;
        var operations = network.Operations;
        using var net = network.Build(backend);
        var graph = net.Trace();
        net.Plan(CalibrationImages.BatchSize);
        var found = Enumerable.Range(0, operations.Count).Where(i => IsPointwise(operations[i])).ToArray();
        var moments = found.Select(i => (operations[i].Sources[0], operations[i].Window.StrideH)).Distinct()
            .ToDictionary(key => key, key => new SecondMoment(net.Values[key.Item1].Capacity.C));
        Measure(net, images, moments);
        var factors = moments.ToDictionary(pair => pair.Key, pair => pair.Value.Factor());
        foreach (var i in found)
        {
            var (operation, inputs) = (operations[i], net.Values[operations[i].Sources[0]].Capacity.C);
            var spectrum = PointwiseSpectrum.Of(
                network.Tensors[operation.Name + "weight"], inputs, factors[(operation.Sources[0], operation.Window.StrideH)]);
            long numbers = (long)inputs * operation.Channels, pixels = net.Values[i + 1].Capacity.Pixels;
            var both = inputs + operation.Channels;
            layers.Add((
                i, spectrum, new RankCandidate(spectrum, new RankPrice(numbers * pixels, both * pixels)),
                new RankCandidate(spectrum, new RankPrice(numbers, both))));
        }
    }

    /// <summary>Decomposes until a target is met.</summary>
    /// <exception cref="Options.OptionsException">It cannot be met.</exception>
    public (HostNetwork Network, IReadOnlyList<DecomposedLayer> Layers) To(CompressionTarget target)
    {
        var before = network.Size;
        var candidates = layers.Select(layer => target.CountsParameters ? layer.Parameters : layer.Macs).ToList();
        var rest = target.Of(before) - candidates.Sum(candidate => candidate.Price.Whole);
        return Apply(RankChoice.ByBudget(candidates, target.Budget(before) - rest, target.ToString()));
    }

    /// <summary>Decomposes every layer as far as a share of its energy is kept.</summary>
    public (HostNetwork Network, IReadOnlyList<DecomposedLayer> Layers) Keeping(double energy) =>
        Apply(RankChoice.ByEnergy([.. layers.Select(layer => layer.Parameters)], energy));

    private static bool IsPointwise(NetworkOperation operation) =>
        operation.Kind == OperationKind.Convolution && operation.Groups == 1 && operation.Window.Taps == 1
        && operation.Window is { PaddingH: 0, PaddingW: 0 } && operation.Window.StrideH == operation.Window.StrideW;

    private static void Measure(
        ListedNetwork<float> net, CalibrationImages images, Dictionary<(int Value, int Stride), SecondMoment> moments)
    {
        foreach (var (pixels, labels) in images.Batches())
        {
            net.LoadBatch(pixels, labels);
            net.Forward(Pass.Inference);
            foreach (var ((value, stride), moment) in moments)
            {
                var tensor = net.Values[value];
                var values = new float[tensor.Shape.Count];
                net.Backend.ReadImages(tensor, values);
                moment.Add(values, labels.Length, tensor.Shape.H, tensor.Shape.W, stride);
            }
        }
    }

    private (HostNetwork Network, IReadOnlyList<DecomposedLayer> Layers) Apply(int[] ranks)
    {
        var tensors = network.Tensors.ToDictionary();
        var rewritten = new OperationRewriter(network.Operations);
        var told = new List<DecomposedLayer>();
        for (var k = 0; k < ranks.Length; k++)
        {
            var ((i, spectrum, _, _), rank) = (layers[k], ranks[k]);
            var operation = network.Operations[i];
            told.Add(new DecomposedLayer(
                operation.Name.TrimEnd('.'), spectrum.Inputs, spectrum.Outputs, rank, rank == 0 ? 0 : spectrum.Loss(rank)));
            if (rank == 0) continue;
            var (first, second) = (operation.Name + "0.", operation.Name + "1.");
            tensors.Remove(operation.Name + "weight");
            (tensors[first + "weight"], tensors[second + "weight"]) = spectrum.Factors(rank);
            rewritten.Replace(
                i, operation with { Name = first, Channels = rank }, operation with { Name = second, Window = Window2D.Point });
        }

        return (network with { Operations = rewritten.Operations(), Tensors = tensors }, told);
    }
}
