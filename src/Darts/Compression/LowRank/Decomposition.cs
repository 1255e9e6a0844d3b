using MIOpenDarts.Darts.Evaluation.Operations;
using MIOpenDarts.Darts.Options;
using MIOpenDarts.Layers.Backends;
using MIOpenDarts.Layers.Modules;

namespace MIOpenDarts.Darts.Compression.LowRank;

/// <summary>What decomposition did with one layer.</summary>
/// <param name="Name">Official name of the layer.</param>
/// <param name="Inputs">I.</param>
/// <param name="Outputs">O.</param>
/// <param name="Taps">Taps of its window.</param>
/// <param name="InputRank">Channels after its first factor.</param>
/// <param name="Rank">Channels in front of its last; 0 where the layer stays whole.</param>
/// <param name="Loss">Share of its energy that is lost.</param>
/// <param name="Energy">The energy of what: a 1x1 convolution's output on the calibration images, or the weights of a larger one.</param>
internal sealed record DecomposedLayer(
    string Name, int Inputs, int Outputs, int Taps, int InputRank, int Rank, double Loss, string Energy);

/// <summary>
/// Replaces convolutions by factors of lower rank: 1x1 by two, which hold most of the parameters of a DARTS network, and dense k x k by
/// three, as hand-made networks have them. Factorized reductions, depthwise convolutions and what reads the images stay whole.
/// </summary>
internal sealed class Decomposition
{
    private readonly HostNetwork network;
    private readonly List<(int Operation, LayerFactors Factors, RankCandidate Macs, RankCandidate Parameters)> layers = [];

    /// <summary>Measures the layers on calibration images.</summary>
    /// <param name="network">The network.</param>
    /// <param name="images">What it is measured on.</param>
    /// <param name="backend">Where it computes.</param>
    public Decomposition(HostNetwork network, CalibrationImages images, Backend<float> backend)
    {
        this.network = network;
        var operations = network.Operations;
        using var net = network.Build(backend);
        net.Plan(CalibrationImages.BatchSize);
        var moments = operations.Where(IsPointwise).Select(operation => (operation.Sources[0], operation.Window.StrideH)).Distinct()
            .ToDictionary(key => key, key => new SecondMoment(net.Values[key.Item1].Capacity.C));
        Measure(net, images, moments);
        var triangles = moments.ToDictionary(pair => pair.Key, pair => pair.Value.Factor());
        foreach (var (i, operation) in operations.Index().Where(pair => IsPointwise(pair.Item) || IsDense(pair.Item)))
        {
            var (source, weights) = (net.Values[operation.Sources[0]].Capacity, network.Tensors[operation.Name + "weight"]);
            LayerFactors factors = IsPointwise(operation)
                ? new PointwiseFactors(
                    PointwiseSpectrum.From(weights, source.C, triangles[(operation.Sources[0], operation.Window.StrideH)]),
                    operation.Window)
                : new TuckerFactors(weights, source.C, operation.Window);
            layers.Add((i, factors, factors.Candidate(source.Pixels, net.Values[i + 1].Capacity.Pixels), factors.Candidate(1, 1)));
        }
    }

    /// <summary>Decomposes until a target is met.</summary>
    /// <param name="target">What is counted: multiply-adds or parameters.</param>
    /// <param name="budget">What may be left of it; null for the target's share of what this network costs.</param>
    /// <exception cref="OptionsException">It cannot be met.</exception>
    public (HostNetwork Network, IReadOnlyList<DecomposedLayer> Layers) To(CompressionTarget target, double? budget = null)
    {
        target.RequireCounted("decompose");
        var before = network.Size;
        var candidates = layers.Select(layer => target.CountsParameters ? layer.Parameters : layer.Macs).ToList();
        var rest = target.Of(before) - candidates.Sum(candidate => candidate.Whole);
        return Cut(RankChoice.ByBudget(candidates, budget ?? target.Budget(before), target.ToString(), rest));
    }

    /// <summary>Decomposes every layer as far as a share of its energy is kept.</summary>
    public (HostNetwork Network, IReadOnlyList<DecomposedLayer> Layers) Keeping(double energy) =>
        Cut(RankChoice.ByEnergy([.. layers.Select(layer => layer.Parameters)], energy));

    /// <summary>Decomposes each layer at ranks of its own, in the order of the network; null leaves it whole.</summary>
    public (HostNetwork Network, IReadOnlyList<DecomposedLayer> Layers) Cut(IReadOnlyList<RankOption?> ranks)
    {
        var tensors = network.Tensors.ToDictionary();
        var rewritten = new OperationRewriter(network.Operations);
        var told = new List<DecomposedLayer>();
        foreach (var ((i, factors, _, _), option) in layers.Zip(ranks))
        {
            var operation = network.Operations[i];
            var layer = new DecomposedLayer(
                operation.Name.TrimEnd('.'), factors.Inputs, factors.Outputs, operation.Window.Taps, 0, 0, 0, factors.Energy);
            if (option is { } cut)
            {
                var (parts, loss) = factors.Cut(cut);
                layer = layer with { InputRank = cut.InputRank, Rank = cut.Rank, Loss = loss };
                tensors.Remove(operation.Name + "weight");
                foreach (var (number, part) in parts.Index()) tensors[$"{operation.Name}{number}.weight"] = part.Weights;
                rewritten.Replace(i, [.. parts.Select((part, number) => operation with
                {
                    Name = $"{operation.Name}{number}.",
                    Channels = part.Channels,
                    Window = part.Window,
                })]);
            }

            told.Add(layer);
        }

        return (network with { Operations = rewritten.Operations(), Tensors = tensors }, told);
    }

    private static bool IsPointwise(NetworkOperation operation) =>
        operation.Kind == OperationKind.Convolution && operation.Groups == 1 && operation.Window.Taps == 1
        && operation.Window is { PaddingH: 0, PaddingW: 0 } && operation.Window.StrideH == operation.Window.StrideW;

    private static bool IsDense(NetworkOperation operation) =>
        operation.Kind == OperationKind.Convolution && operation.Groups == 1 && operation.Window.Taps > 1 && operation.Sources[0] > 0;

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
}
