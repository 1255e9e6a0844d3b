using MIOpenDarts.Darts.Genotypes;

namespace MIOpenDarts.Darts.Supernets;

/// <summary>Everything that decides a supernet's parameters.</summary>
/// <param name="ImageChannels">1 or 3.</param>
/// <param name="Height">Image height in pixels.</param>
/// <param name="Width">Image width in pixels.</param>
/// <param name="Classes">Number of classes.</param>
/// <param name="InitChannels">C of the first cell; doubled in every reduction cell.</param>
/// <param name="Layers">Number of cells; those at Layers/3 and 2·Layers/3 are reduction cells.</param>
/// <param name="Nodes">Intermediate nodes in a cell.</param>
/// <param name="Multiplier">How many of the last nodes a cell's output concatenates.</param>
/// <param name="StemMultiplier">Width of the stem in units of C.</param>
internal sealed record SupernetShape(
    int ImageChannels, int Height, int Width, int Classes, int InitChannels, int Layers, int Nodes = 4, int Multiplier = 4,
    int StemMultiplier = 3)
{
    /// <summary>How its cells are wired.</summary>
    public CellTopology Topology => CellTopology.Darts with { Nodes = Nodes, Multiplier = Multiplier };

    /// <summary>Edges of a cell: node i has 2 + i.</summary>
    public int Edges => Topology.Edges;

    /// <summary>Whether cell <paramref name="index"/> halves the image.</summary>
    public bool IsReduction(int index) => index == Layers / 3 || index == 2 * Layers / 3;
}
