using MIOpenDarts.Darts.Costs;
using MIOpenDarts.Darts.Costs.Tables;
using MIOpenDarts.Darts.Evaluation.Operations;
using MIOpenDarts.Layers.Backends.Reference;

namespace MIOpenDarts.Darts.Compression.Pruning;

/// <summary>What a network costs when its values have other widths.</summary>
internal abstract class WidthCost
{
    private readonly HostNetwork network;

    /// <summary>Remembers the network.</summary>
    protected WidthCost(HostNetwork network)
    {
        this.network = network;
        Channels = OperationList.Channels(network.Operations, network.Origin.Task.Channels);
    }

    /// <summary>Channels of every value as the network has them, the images first.</summary>
    public IReadOnlyList<int> Channels { get; }

    /// <summary>
    /// Whether it is counted, so that the more channels of a group have gone the less the next ones save, and no wider cut of the least
    /// important can be worth more than the next one. Measured costs need not even fall with every channel.
    /// </summary>
    public abstract bool IsCounted { get; }

    /// <summary>The network as it is.</summary>
    public double Whole => Of([.. Channels]);

    /// <summary>What a target counts of a network.</summary>
    /// <exception cref="InvalidDataException">Its table is not there, damaged, or does not know a part of the network.</exception>
    /// <exception cref="Options.OptionsException">Tables do not know such a network.</exception>
    public static WidthCost For(CompressionTarget target, HostNetwork network)
    {
        using var backend = new ReferenceBackend<float>();
        using var net = network.Build(backend);
        net.Plan(1, training: false);
        (int Height, int Width)[] sizes = [.. net.Values.Select(value => (value.Capacity.H, value.Capacity.W))];
        return target.Latency is { } name
            ? new TableWidthCost(network, (TableCost)CostName.Open(name), sizes)
            : new CountedWidthCost(network, sizes, target.CountsParameters);
    }

    /// <summary>What may be left after each step on the way to a share: every step leaves the same share of what was left.</summary>
    /// <param name="share">What the last step leaves, of the network as it is.</param>
    /// <param name="steps">Number of steps, at least one.</param>
    public IReadOnlyList<double> Budgets(double share, int steps) =>
        [.. Enumerable.Range(1, steps).Select(step => Math.Pow(share, (double)step / steps) * Whole)];

    /// <summary>The network with these channels of every value, the images first.</summary>
    public abstract double Of(int[] widths);

    /// <summary>Weights of an operation [outputs, inputs, taps]; 0 where it has none.</summary>
    protected double Weights(int operation, int[] widths)
    {
        var of = network.Operations[operation];
        var (source, outputs) = (of.Sources[0], widths[operation + 1]);
        return of.Kind switch
        {
            OperationKind.Convolution when ChannelTies.IsDepthwise(of, Channels[source]) => outputs * of.Window.Taps,
            OperationKind.Convolution => (double)widths[source] * outputs * of.Window.Taps,
            OperationKind.FactorizedReduce or OperationKind.Linear => (double)widths[source] * outputs,
            _ => 0,
        };
    }
}
