using MIOpenDarts.Darts.Evaluation.NasBench201;
using MIOpenDarts.Darts.Genotypes;

namespace MIOpenDarts.Darts.Costs;

/// <summary>The parts that networks of NAS-Bench-201 consist of.</summary>
internal static class NasBench201Parts
{
    /// <summary>
    /// The parts of a cell's network, each as often as it occurs. What an operation costs includes handing its result on.
    /// </summary>
    public static IEnumerable<NetworkPart> From(NasBench201Shape shape, NasBench201Cell cell)
    {
        var (channels, height, width) = (shape.InitChannels, shape.Task.Height, shape.Task.Width);
        yield return new NetworkPart(NetworkPart.Stem, shape.Task.Channels, channels, height, width, 1);
        for (var stage = 0; stage < NasBench201Shape.Stages; stage++)
        {
            if (stage > 0)
            {
                yield return new NetworkPart(NetworkPart.ResidualReduce, channels, 2 * channels, height, width, 2);
                (channels, height, width) = (2 * channels, height / 2, width / 2);
            }

            for (var i = 0; i < shape.CellsPerStage; i++)
            {
                foreach (var node in cell.Nodes)
                    for (var edge = 0; edge < node.Count; edge++)
                    {
                        yield return new NetworkPart(node[edge].Operation.Name, channels, channels, height, width, 1);
                        if (edge > 0) yield return new NetworkPart(NetworkPart.Sum, channels, channels, height, width, 1);
                    }
            }
        }

        yield return new NetworkPart(NetworkPart.NormClassifier, channels, shape.Task.Classes, height, width, 1);
    }

    /// <summary>Every part that a network of any cell has, once.</summary>
    public static IEnumerable<NetworkPart> All(NasBench201Shape shape)
    {
        var space = CellSpace.NasBench201;
        return space.Operations.SelectMany(operation => From(
            shape with { CellsPerStage = 1 }, NasBench201Cell.From([.. Enumerable.Repeat(operation, space.Topology.Edges)]))).Distinct();
    }
}
