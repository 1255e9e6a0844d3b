using System.Globalization;
using MIOpenDarts.Darts.Costs;
using MIOpenDarts.Darts.Evaluation;
using MIOpenDarts.Darts.Genotypes;

namespace MIOpenDarts.Darts.Tests.Costs;

public class CostBreakdownTests
{
    [Fact]
    public void The_rows_of_a_breakdown_add_up_to_what_the_network_costs()
    {
        var network = new TargetNetwork(new EvaluationShape(new ImageTask(3, 32, 32, 10), 36, 20, Auxiliary: false));
        var genotype = GenotypeReader.Resolve("DARTS_V2");
        var lines = CostBreakdown.Text(CountedCost.MultiplyAdds, network, genotype).TrimEnd().Split('\n');
        var rows = lines[..^1].Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[^3]).ToList();
        var sum = rows.Sum(row => double.Parse(row, NumberStyles.Number, CultureInfo.InvariantCulture));
        Assert.Equal(network.Parts(genotype).Sum(CountedCost.MultiplyAdds.Of), sum);
        Assert.Equal(16, lines.Count(line => line.Contains(" -> ", StringComparison.Ordinal)));
        Assert.StartsWith("in all: ", lines[^1], StringComparison.Ordinal);
    }
}
