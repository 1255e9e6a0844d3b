using System.Globalization;
using MIOpenDarts.Darts.Costs;
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
    private readonly string accuracy;
    private readonly double limit;
    private readonly Func<NasBench201Cell, double> price;
    private readonly Func<double, string> show;

    /// <summary>A fitness of two objectives.</summary>
    /// <param name="table">Accuracies in percent, and costs.</param>
    /// <param name="space">Names cells as the table does.</param>
    /// <param name="cost">A column, or a cost as searches take it, of the benchmark's own network.</param>
    /// <param name="accuracy">A column.</param>
    /// <param name="limit">Most that a cell may cost; infinite for no limit.</param>
    /// <exception cref="InvalidDataException">
    /// There is no such column, and the message lists those that are; or a table of costs is not there, or lacks a part.
    /// </exception>
    public TruthFitness(TruthTable table, IGenomeSpace<NasBench201Cell> space, string cost, string accuracy, double limit)
    {
        (this.table, this.space, this.accuracy, this.limit) = (table, space, accuracy, limit);
        table.Column(accuracy);
        var priced = cost;
        (Unit, show) = (cost.EndsWith("_ms", StringComparison.Ordinal) ? "ms" : cost, value => Shown(value, cost));
        if (cost is "params" or "macs")
        {
            // As the benchmark counts: the classifier's biases are multiply-adds too.
            NasBench201Size Size(NasBench201Cell cell) => NasBench201Size.From(cell, Shape);
            price = cell => cost == "params" ? Size(cell).Parameters : Size(cell).MultiplyAdds;
            MostCost = price(NasBench201Cell.From([.. Enumerable.Repeat(Primitives.NorConv3x3, CellSpace.NasBench201.Topology.Edges)]));
        }
        else if (!table.Columns.Contains(cost) && CostName.IsName(cost))
        {
            var model = CostName.Open(cost);
            var costs = new ArchitectureCosts(
                model, new NasBench201Target(Shape), CellSpace.NasBench201.Candidates, CellSpace.NasBench201.Topology);
            (price, MostCost, Unit, show) = (cell => costs.Of(new Genotype(cell)), costs.Most, model.Unit, model.Show);
            priced = string.Create(CultureInfo.InvariantCulture, $"{cost} to {MostCost:R}");
        }
        else
        {
            MostCost = table.Column(cost).Max();
            price = cell => table.Value(space.Key(cell), cost);
        }

        Identity = string.Create(
            CultureInfo.InvariantCulture, $"{accuracy} and {priced} of {table.Networks.Count} cells within {limit}");
    }

    /// <summary>Cost of the dearest cell of the space.</summary>
    public double MostCost { get; }

    /// <summary>Unit of the cost.</summary>
    public string Unit { get; }

    /// <inheritdoc/>
    public string Identity { get; }

    /// <inheritdoc/>
    public Fitness Evaluate(NasBench201Cell genome, CancellationToken cancellation)
    {
        var cost = price(genome);
        return new Fitness([cost, 100 - table.Value(space.Key(genome), accuracy)], Math.Max(0, cost / limit - 1));
    }

    /// <inheritdoc/>
    public string Describe(Fitness fitness) => string.Create(
        CultureInfo.InvariantCulture, $"{show(fitness.Objectives[0])} and {fitness.Objectives[1]:0.##} % wrong");

    private static string Shown(double value, string cost) => string.Create(CultureInfo.InvariantCulture, $"{value:0.####} of {cost}");
}
