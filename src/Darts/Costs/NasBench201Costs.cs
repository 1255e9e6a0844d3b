using System.Collections.Concurrent;
using MIOpenDarts.Darts.Evaluation.NasBench201;
using MIOpenDarts.Darts.Genotypes;

namespace MIOpenDarts.Darts.Costs;

/// <summary>What cells of NAS-Bench-201 cost in a network.</summary>
internal sealed class NasBench201Costs
{
    private readonly ICostModel model;
    private readonly NasBench201Shape shape;

    // Evolution asks for cells side by side.
    private readonly ConcurrentDictionary<NetworkPart, double> known = [];

    /// <summary>Asks a model for everything that the space needs.</summary>
    /// <exception cref="InvalidDataException">A table lacks a part; the message names it.</exception>
    public NasBench201Costs(ICostModel model, NasBench201Shape shape)
    {
        (this.model, this.shape) = (model, shape);
        // Edges cost the same wherever they stand, so the dearest operation on all of them is the dearest cell.
        Most = CellSpace.NasBench201.Candidates.Max(
            operation => Of(NasBench201Cell.From([.. Enumerable.Repeat(operation, CellSpace.NasBench201.Topology.Edges)])));
    }

    /// <summary>Cost of the dearest cell.</summary>
    public double Most { get; }

    /// <summary>Cost of a cell's network.</summary>
    public double Of(NasBench201Cell cell) => NasBench201Parts.From(shape, cell).Sum(part => known.GetOrAdd(part, model.Of));
}
