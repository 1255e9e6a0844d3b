using System.Globalization;
using System.Text;
using MIOpenDarts.Darts.Genotypes;

namespace MIOpenDarts.Darts.Costs;

/// <summary>What a genotype costs, operation by operation.</summary>
internal static class CostBreakdown
{
    /// <summary>A table of columns: the edges of all cells, what no edge decides, the sum.</summary>
    public static string Text(ICostModel model, ITargetNetwork network, Genotype genotype)
    {
        var parts = network.Parts(genotype).ToList();
        var rows = new List<(string Name, double Cost)>();
        for (var kind = 0; kind < genotype.Cells.Count; kind++)
        {
            var (name, cell, of) = (genotype.Kinds[kind].Name, genotype.Cells[kind], kind);
            foreach (var (target, edge) in cell.Edges.Where(item => cell.Carries[item.Edge.Source]))
                rows.Add(($"{name}  {edge.Source} -> {target}  {edge.Operation.Name}", Sum(network.At(of, edge.Source, edge.Operation))));
        }

        foreach (var skeleton in NetworkPart.Skeleton)
        {
            if (parts.Where(part => part.Name == skeleton).ToList() is { Count: > 0 } of) rows.Add((skeleton, Sum(of)));
        }

        var all = Sum(parts);
        var text = new StringBuilder();
        var width = rows.Max(row => row.Name.Length);
        foreach (var (name, cost) in rows)
            text.AppendLine(string.Create(
                CultureInfo.InvariantCulture, $"{name.PadRight(width)}  {cost,14:#,0.####}  {(all == 0 ? 0 : cost / all),6:P1}"));
        return text.AppendLine($"in all: {model.Show(all)}, {model.Source}").ToString();

        double Sum(IEnumerable<NetworkPart> of) => of.Sum(model.Of);
    }
}
