using MIOpenDarts.Darts.Algorithms;
using MIOpenDarts.Darts.Algorithms.DrNas;
using MIOpenDarts.Darts.Genotypes;
using MIOpenDarts.Darts.Relaxations;
using MIOpenDarts.Darts.Supernets;
using MIOpenDarts.Layers.Optimisers;
using MIOpenDarts.Layers.Randomness;

namespace MIOpenDarts.Darts.Tests.Supernets;

public class OperationLeadTests
{
    private const double Rate = 3e-4;
    private const int Edges = 14;

    [Theory]
    [InlineData(0.5)]
    [InlineData(0.9)]
    public void Gradients_of_pure_noise_lead_as_far_as_chance_says(double beta1)
    {
        const int steps = 100, runs = 24;
        var leads = new List<OperationLead>();
        for (var run = 0; run < runs; run++)
        {
            var cells = Cells((ulong)run);
            var random = new CounterRandom((ulong)run, RandomStream.DropPath);
            var gradient = new float[cells[0].Alphas.Length];
            foreach (var cell in cells)
            {
                var adam = new Adam<float>(gradient.Length, Rate, beta1, 0.999, 1e-3);
                for (var step = 0; step < steps; step++)
                {
                    for (var i = 0; i < gradient.Length; i++) gradient[i] = (float)(0.02 * random.NextNormal());
                    adam.Step(cell.Alphas, gradient);
                }
            }

            leads.Add(OperationLead.From(cells, (ulong)run, Rate, steps));
        }

        // The walk of this Adam was computed to be 0.95 (0.5) and 1.04 (0.9) of the random walk; 24 runs of 28 edges add 4 % of their own.
        Assert.InRange(leads.Average(lead => lead.Lead) / leads.Average(lead => lead.ChanceLead), 0.8, 1.25);
        Assert.True(leads.Count(lead => lead.ChanceShare <= 0.05) < runs / 2);
    }

    [Fact]
    public void A_search_that_has_not_moved_leads_as_its_first_draw_does()
    {
        var lead = OperationLead.From(Cells(3), 3, Rate, 0);
        Assert.Equal((0, 0.0, 28, 7, 28), (lead.Steps, lead.Moved, lead.Edges, lead.Operations, lead.Unchanged));
        // The largest two of seven normal deviates are 1.3522 - 0.7574 deviations apart in the mean; 28 edges and 200 draws know it to
        // a few percent.
        Assert.InRange(lead.ChanceLead, 0.9 * 0.5948e-3, 1.1 * 0.5948e-3);
        Assert.InRange(lead.ChanceShare, 0.001, 0.999);
    }

    [Fact]
    public void What_gradients_agree_on_leads_further_than_chance()
    {
        var cells = Cells(1);
        foreach (var cell in cells)
        {
            Array.Clear(cell.Alphas);
            for (var edge = 0; edge < Edges; edge++) cell.Alphas[cell.Path(edge, Primitives.SepConv3x3)] = 0.03f;
        }

        var lead = OperationLead.From(cells, 1, Rate, 100);
        Assert.Equal(1 - Math.Exp(-0.03), lead.Lead, 6);
        Assert.Equal(0, lead.ChanceShare);
        Assert.True(lead.ChanceLead < lead.Lead / 5);
        Assert.InRange(lead.Moved, 0.03 / Math.Sqrt(8), 1.05 * 0.03 / Math.Sqrt(8));
    }

    [Fact]
    public void An_edge_is_unchanged_while_its_strongest_operation_is_that_of_the_first_draw()
    {
        var cells = Cells(5);
        var first = cells[1].FirstAlphas(5, 1);
        for (var edge = 0; edge < 4; edge++)
        {
            var row = first.AsSpan(8 * edge + 1, 7).ToArray();
            cells[1].Alphas[8 * edge + 1 + Array.IndexOf(row, row.Min())] = 1;
        }

        Assert.Equal(24, OperationLead.From(cells, 5, Rate, 10).Unchanged);
    }

    [Fact]
    public void None_neither_leads_nor_follows()
    {
        var (plain, without) = (Cells(2), Cells(2));
        foreach (var cell in without)
            for (var edge = 0; edge < Edges; edge++) cell.Alphas[cell.Path(edge, Primitives.None)] = 9;
        var (one, other) = (OperationLead.From(plain, 2, Rate, 1), OperationLead.From(without, 2, Rate, 1));
        Assert.Equal(one.Lead, other.Lead, 5);
        Assert.Equal(one.Unchanged, other.Unchanged);
    }

    public static TheoryData<string> Methods() => [.. SearchAlgorithm.All.Where(a => a.Trains).Select(a => a.Name)];

    [Theory]
    [MemberData(nameof(Methods))]
    public void Every_method_has_a_lead_and_a_chance(string method)
    {
        var lead = OperationLead.From(Cells(4, method), 4, Rate, 50);
        Assert.Equal(7, lead.Operations);
        Assert.InRange(lead.ChanceLead, 1e-4, 0.01);
        // Sigmoids start equal, so that no operation is the first draw's.
        Assert.Equal(method == "fair-darts" ? null : 28, lead.Unchanged);
    }

    [Fact]
    public void An_edge_with_one_operation_left_has_the_whole_lead()
    {
        var cells = Cells(4, "dr-nas");
        foreach (var cell in cells) ((DirichletRelaxation<float>)cell.Relaxation).Prune(cell.Alphas, 1);
        Assert.Equal(1, OperationLead.From(cells, 4, Rate, 50).Lead);
    }

    private static ArchitectureParameters<float>[] Cells(ulong seed, string method = "darts")
    {
        var algorithm = SearchAlgorithm.Find(method)!;
        var options = algorithm.Paper;
        return [.. Enumerable.Range(0, 2).Select(kind =>
        {
            var cell = new ArchitectureParameters<float>(Edges, algorithm.Space(options, 0), algorithm.Relax<float>(options, Edges, kind));
            cell.Initialize(seed, kind);
            return cell;
        })];
    }
}
