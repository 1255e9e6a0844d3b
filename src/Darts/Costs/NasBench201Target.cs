using MIOpenDarts.Darts.Evaluation;
using MIOpenDarts.Darts.Evaluation.NasBench201;
using MIOpenDarts.Darts.Genotypes;
using MIOpenDarts.Layers.Backends;

namespace MIOpenDarts.Darts.Costs;

/// <summary>
/// A network of NAS-Bench-201 as the parts that it consists of. What an operation costs includes handing its result on; <c>none</c> costs
/// nothing.
/// </summary>
/// <param name="Shape">Images, channels and cells.</param>
internal sealed record NasBench201Target(NasBench201Shape Shape) : ITargetNetwork
{
    /// <inheritdoc/>
    public ImageTask Task => Shape.Task;

    /// <inheritdoc/>
    public CellSpace Space => CellSpace.NasBench201;

    /// <inheritdoc/>
    public IEnumerable<NetworkPart> Parts(Genotype genotype)
    {
        if (genotype.NasBench201 is not { } cell)
            throw new GenotypeFormatException(
                $"genotype: the network that is to be built has cells of {Space.Name}, and {genotype} is none of them");
        return Skeleton(Space.Topology).Concat(
            cell.Nodes.SelectMany(node => node).SelectMany(edge => At(0, edge.Source, edge.Operation)));
    }

    /// <inheritdoc/>
    public IEnumerable<NetworkPart> PartsOfAny(CellSpace space)
    {
        var network = this with { Shape = Shape with { CellsPerStage = 1 } };
        return space.Operations.SelectMany(operation => network.Parts(
            new Genotype(NasBench201Cell.From([.. Enumerable.Repeat(operation, space.Topology.Edges)])))).Distinct();
    }

    /// <inheritdoc/>
    public IEnumerable<NetworkPart> At(int kind, int source, Primitive operation) =>
        Cells.Select(cell => new NetworkPart(operation.Name, cell.Channels, cell.Channels, cell.Height, cell.Width, 1));

    /// <inheritdoc/>
    public IEnumerable<NetworkPart> Skeleton(CellTopology topology)
    {
        var (channels, height, width) = (Shape.InitChannels, Task.Height, Task.Width);
        yield return new NetworkPart(NetworkPart.Stem, Task.Channels, channels, height, width, 1);
        for (var stage = 1; stage < NasBench201Shape.Stages; stage++)
        {
            yield return new NetworkPart(NetworkPart.ResidualReduce, channels, 2 * channels, height, width, 2);
            (channels, height, width) = (2 * channels, height / 2, width / 2);
        }

        // Every edge beyond the first into a node is an addition, what only zeros reach included.
        foreach (var cell in Cells)
            for (var sum = topology.Nodes; sum < topology.Edges; sum++)
                yield return new NetworkPart(NetworkPart.Sum, cell.Channels, cell.Channels, cell.Height, cell.Width, 1);
        yield return new NetworkPart(NetworkPart.NormClassifier, channels, Task.Classes, height, width, 1);
    }

    /// <inheritdoc/>
    public ImageClassifier<float> Build(Backend<float> backend, Genotype genotype) =>
        new NasBench201Network<float>(backend, Shape, genotype.NasBench201!);

    private IEnumerable<(int Channels, int Height, int Width)> Cells
    {
        get
        {
            var (channels, height, width) = (Shape.InitChannels, Task.Height, Task.Width);
            for (var stage = 0; stage < NasBench201Shape.Stages; stage++)
            {
                for (var i = 0; i < Shape.CellsPerStage; i++) yield return (channels, height, width);
                (channels, height, width) = (2 * channels, height / 2, width / 2);
            }
        }
    }
}
