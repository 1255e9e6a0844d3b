using MIOpenDarts.Darts.Algorithms.FairDarts;
using MIOpenDarts.Darts.Genotypes;
using MIOpenDarts.Darts.Supernets;
using MIOpenDarts.Layers.Modules;

namespace MIOpenDarts.Darts.Tests.Genotypes;

public class CellSpaceTests
{
    [Fact]
    public void A_space_whose_cells_are_wired_otherwise_is_not_added()
    {
        var error = Assert.Throws<ArgumentException>(() => CellSpace.Add(CellSpace.NasBench201));
        Assert.Contains("'nas-bench-201'", error.Message);
        Assert.Contains("Inputs = 1, Nodes = 3", error.Message);
        Assert.Single(CellSpace.All, space => space == CellSpace.NasBench201);
    }

    [Fact]
    public void A_name_is_given_once() =>
        Assert.Contains("'darts'", Assert.Throws<ArgumentException>(() => CellSpace.Add(CellSpace.Darts)).Message);

    [Fact]
    public void Operations_are_those_of_the_candidates_also_of_a_copy()
    {
        Assert.Equal(Primitives.Operations, CellSpace.Darts.Operations);
        var few = CellSpace.Darts with { Candidates = [Primitives.None, Primitives.SkipConnect] };
        Assert.Equal([Primitives.SkipConnect], few.Operations);
    }

    [Fact]
    public void Whatever_is_zero_is_never_chosen()
    {
        Primitive[] candidates = [new Nothing(), Primitives.SkipConnect, Primitives.SepConv3x3];
        Assert.Equal([Primitives.SkipConnect, Primitives.SepConv3x3], (CellSpace.Darts with { Candidates = candidates }).Operations);
        double[] weights = [0.9, 0.06, 0.04, 0.9, 0.04, 0.06];
        Assert.Equal(
            [Primitives.SkipConnect, Primitives.SepConv3x3],
            GenotypeDerivation.DeriveCell<double>(weights, candidates, 1).Edges.Select(item => item.Edge.Operation));
        var edges = ThresholdDerivation.DeriveCell<double>(weights, candidates, 0.05, ThresholdMode.Edge, 1).Cell.Edges;
        Assert.Equal([Primitives.SkipConnect, Primitives.SepConv3x3], edges.Select(item => item.Edge.Operation));
        var alphas = new ArchitectureParameters<float>(2, new SearchSpace(candidates));
        Assert.Equal(2, OperationLead.From([alphas], seed: 1, rate: 0.01, steps: 1).Operations);
    }

    private sealed class Nothing() : Primitive("nothing", colour: "none", SharedKind.None)
    {
        protected override Module<T> Create<T>(in OperationSite<T> site) => new Zero<T>(site.Stride);
    }
}
