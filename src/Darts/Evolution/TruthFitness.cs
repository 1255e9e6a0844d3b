using System.Globalization;
using MIOpenDarts.Darts.Evaluation;
using MIOpenDarts.Darts.Evaluation.NasBench201;
using MIOpenDarts.Darts.Genotypes;
using MIOpenDarts.Darts.Spaces;

namespace MIOpenDarts.Darts.Evolution;

/// <summary>Cost and error of NAS-Bench-201's cells: the error from a table of known accuracies, the cost from there or counted.</summary>
internal sealed class TruthFitness : IFitness<NasBench201Cell>
{
    private static readonly NasBench201Shape Shape = new(new ImageTask(3, 32, 32, 10));
    private readonly TruthTable table;
    private readonly IGenomeSpace<NasBench201Cell> space;
    private readonly string cost;
    private readonly string accuracy;
    private readonly double limit;

    /// <summary>A fitness of two objectives.</summary>
    /// <param name="table">Accuracies in percent, and costs.</param>
    /// <param name="space">Names cells as the table does.</param>
    /// <param name="cost">A column, or <c>params</c> or <c>macs</c>, which are counted.</param>
    /// <param name="accuracy">A column.</param>
    /// <param name="limit">Most that a cell may cost; infinite for no limit.</param>
    /// <exception cref="InvalidDataException">There is no such column; the message lists those that are.</exception>
    public TruthFitness(TruthTable table, IGenomeSpace<NasBench201Cell> space, string cost, string accuracy, double limit)
    {
        (this.table, this.space, this.cost, this.accuracy, this.limit) = (table, space, cost, accuracy, limit);
        table.Column(accuracy);
        MostCost = cost is "params" or "macs"
            ? Counted(NasBench201Cell.From([.. Enumerable.Repeat(Primitives.NorConv3x3, CellSpace.NasBench201.Topology.Edges)]))
            : table.Column(cost).Max();
    }

    /// <summary>Cost of the dearest cell of the space.</summary>
    public double MostCost { get; }

    /// <inheritdoc/>
    public string Identity => string.Create(
        CultureInfo.InvariantCulture, $"{accuracy} and {cost} of {table.Networks.Count} cells within {limit}");

    /// <inheritdoc/>
    public Fitness Evaluate(NasBench201Cell genome, CancellationToken cancellation)
    {
        var price = CostOf(genome);
        return new Fitness([price, 100 - table.Value(space.Key(genome), accuracy)], Math.Max(0, price / limit - 1));
    }

    /// <inheritdoc/>
    public string Describe(Fitness fitness) => string.Create(
        CultureInfo.InvariantCulture, $"{fitness.Objectives[0]:0.####} of {cost} and {fitness.Objectives[1]:0.##} % wrong");

    private double CostOf(NasBench201Cell cell) =>
        cost is "params" or "macs" ? Counted(cell) : table.Value(space.Key(cell), cost);

    private double Counted(NasBench201Cell cell)
    {
        var size = NasBench201Size.From(cell, Shape);
        return cost == "params" ? size.Parameters : size.MultiplyAdds;
    }
}
