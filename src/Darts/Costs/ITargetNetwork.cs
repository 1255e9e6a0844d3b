using MIOpenDarts.Darts.Evaluation;
using MIOpenDarts.Darts.Evaluation.NasBench201;
using MIOpenDarts.Darts.Genotypes;
using MIOpenDarts.Layers.Backends;

namespace MIOpenDarts.Darts.Costs;

/// <summary>
/// The network that is to be built of a genotype, as the parts that it consists of: full channels, not those of a search's supernet.
/// </summary>
internal interface ITargetNetwork
{
    /// <summary>Its images and classes.</summary>
    ImageTask Task { get; }

    /// <summary>The space whose kinds of cells it has.</summary>
    CellSpace Space { get; }

    /// <summary>All parts of a genotype's network, each as often as it occurs.</summary>
    /// <exception cref="GenotypeFormatException">No such network can be built of it.</exception>
    IEnumerable<NetworkPart> Parts(Genotype genotype);

    /// <summary>Every part that the network of a genotype of a space may have, once.</summary>
    IEnumerable<NetworkPart> PartsOfAny(CellSpace space);

    /// <summary>An operation on a state, once for each cell of a kind, the kinds in the order of a search's alphas.</summary>
    IEnumerable<NetworkPart> At(int kind, int source, Primitive operation);

    /// <summary>What no choice of operations changes.</summary>
    /// <param name="topology">How cells are wired.</param>
    IEnumerable<NetworkPart> Skeleton(CellTopology topology);

    /// <summary>The network with zeroed parameters.</summary>
    ImageClassifier<float> Build(Backend<float> backend, Genotype genotype);

    /// <summary>That of a trained genotype; null for one that does not consist of the cells of a space.</summary>
    static ITargetNetwork? From(NetworkDescription network) => network.CellsPerStage == 0
        ? TargetNetwork.From(network)
        : network.IsBaseline || network.Operations is not null
            ? null
            : new NasBench201Target(new NasBench201Shape(network.Task, network.InitChannels, network.CellsPerStage));

    /// <summary>What a trained network costs; null as above.</summary>
    static double? CostOf(NetworkDescription network, ICostModel model) =>
        From(network)?.Parts(GenotypeReader.Resolve(network.Network)).Sum(model.Of);
}
