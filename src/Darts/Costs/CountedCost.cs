using System.Globalization;
using MIOpenDarts.Layers.Backends;
using MIOpenDarts.Layers.Modules;
using MIOpenDarts.Layers.Tensors;

namespace MIOpenDarts.Darts.Costs;

/// <summary>Costs that follow from shapes alone, exactly.</summary>
internal sealed class CountedCost : ICostModel
{
    private readonly Func<Counts, double> choose;
    private readonly Func<double, string> show;

    private CountedCost(
        string name, string unit, Func<Counts, double> choose, Func<double, string> show, string source = "counted") =>
        (Name, Unit, Source, this.choose, this.show) = (name, unit, source, choose, show);

    /// <summary>Trainable numbers of the network, without an auxiliary head.</summary>
    public static CountedCost Parameters { get; } = new(
        "params", "parameters", counts => counts.Parameters,
        cost => string.Create(CultureInfo.InvariantCulture, $"{cost:N0} parameters"));

    /// <summary>Multiply-adds of convolutions and linear layers for one image, padding taps included.</summary>
    public static CountedCost MultiplyAdds { get; } = new(
        "macs", "multiply-adds", counts => counts.MultiplyAdds,
        cost => string.Create(CultureInfo.InvariantCulture, $"{cost / 1e6:0.###} M multiply-adds"));

    /// <summary>
    /// Bytes that inference of one image writes between its operations: the destinations of convolutions, pools, sums and concatenations,
    /// in single precision, with batch norms folded into convolutions and ReLUs in place. An identity writes nothing.
    /// </summary>
    public static CountedCost ActivationBytes { get; } = new(
        "memory", "bytes", counts => counts.ActivationBytes,
        cost => string.Create(CultureInfo.InvariantCulture, $"{cost / 1048576:0.###} MiB of activations"));

    /// <summary>
    /// Millijoules from counted operations and bytes, an order of magnitude to compare architectures by; no device is measured. A
    /// multiply-add is 3.7 pJ + 0.9 pJ (single precision, 45 nm; M. Horowitz, "Computing's energy problem", ISSCC 2014), and each byte of
    /// a weight or an activation that is written and read once from DRAM is 640 pJ for 32 bits (S. Han et al., "Learning both weights and
    /// connections for efficient neural networks", NIPS 2015, table 1, from the same source). Inference of one image.
    /// </summary>
    public static CountedCost EstimatedEnergy { get; } = new(
        "energy:estimated", "mJ", counts => 1e-9 * (MultiplyAddPicojoules * counts.MultiplyAdds
            + DramPicojoulesPerByte * (sizeof(float) * counts.Parameters + 2 * counts.ActivationBytes)),
        cost => string.Create(CultureInfo.InvariantCulture, $"{cost:0.####} mJ (estimated)"), "estimated");

    private const double MultiplyAddPicojoules = 3.7 + 0.9;
    private const double DramPicojoulesPerByte = 640.0 / sizeof(float);

    /// <inheritdoc/>
    public string Name { get; }

    /// <inheritdoc/>
    public string Unit { get; }

    /// <inheritdoc/>
    public string Source { get; }

    /// <inheritdoc/>
    public double Of(NetworkPart part) => part.IsZero ? 0 : choose(Count(part));

    /// <inheritdoc/>
    public string Show(double cost) => show(cost);

    private static Counts Count(NetworkPart part)
    {
        using var parameters = new ParameterSet<float>();
        if (part.Build(parameters) is not { } module)
            return new Counts(0, 0, sizeof(float) * (long)part.Outputs * part.Height * part.Width);
        var graph = InferenceGraph<float>.From(module, new Shape(1, part.Inputs, part.Height, part.Width));
        // The shift of a factorized reduction is an offset of the convolution that reads it.
        var written = graph.Nodes.Where(node => node is not (NormNode<float> or ReluNode<float> or ShiftNode<float>));
        return new Counts(parameters.Count, graph.MultiplyAdds, sizeof(float) * written.Sum(node => node.Dst.Shape.Count));
    }

    private readonly record struct Counts(long Parameters, long MultiplyAdds, long ActivationBytes);
}
