using MIOpenDarts.Darts.Costs;
using MIOpenDarts.Darts.Evaluation;
using MIOpenDarts.Darts.Genotypes;
using MIOpenDarts.Layers.Backends.Reference;
using MIOpenDarts.Layers.Modules;

namespace MIOpenDarts.Darts.Tests.Costs;

/// <summary>Costs that follow from shapes are those of the network that is built.</summary>
public class CountedCostTests
{
    public static TheoryData<string> Published { get; } = [.. NamedGenotypes.Names];

    [Theory]
    [MemberData(nameof(Published))]
    public void The_sum_over_parts_is_the_size_of_the_network_that_is_built(string name) =>
        RequireEqual(NamedGenotypes.Get(name), new EvaluationShape(new ImageTask(3, 32, 32, 10), 12, 6, Auxiliary: false));

    [Fact]
    public void That_holds_for_odd_sizes_grey_images_and_the_stem_of_ImageNet()
    {
        var genotype = NamedGenotypes.Get("DARTS_V2");
        RequireEqual(genotype, new EvaluationShape(new ImageTask(1, 27, 27, 7), 5, 7, Auxiliary: false));
        RequireEqual(genotype, new EvaluationShape(new ImageTask(3, 45, 45, 11), 6, 4, Auxiliary: false, StemForm.ImageNet));
    }

    [Fact]
    public void That_holds_where_nodes_are_left_out()
    {
        var cell = new GenotypeCell(
            [
                [
                    new GenotypeEdge(Primitives.SepConv3x3, 0), new GenotypeEdge(Primitives.MaxPool3x3, 1),
                    new GenotypeEdge(Primitives.SkipConnect, 1),
                ],
                [],
                [new GenotypeEdge(Primitives.DilConv5x5, 3)],
                [new GenotypeEdge(Primitives.SkipConnect, 2)],
            ],
            GenotypeConcat.Range(2, 6));
        RequireEqual(new Genotype(cell, cell), new EvaluationShape(new ImageTask(3, 16, 16, 10), 8, 6, Auxiliary: false));
    }

    [Fact]
    public void Parameters_of_the_published_cells_are_those_of_the_paper()
    {
        var network = new TargetNetwork(new EvaluationShape(new ImageTask(3, 32, 32, 10), 36, 20, Auxiliary: false));
        Assert.Equal(3_349_342, network.Parts(NamedGenotypes.Get("DARTS_V2")).Sum(CountedCost.Parameters.Of));
    }

    [Fact]
    public void Activations_of_a_factorized_reduction_are_its_two_halves_and_their_concatenation()
    {
        // 4 channels of 8x8 become two halves of 2x4x4 and a concatenation of 4x4x4, four bytes each.
        var part = new NetworkPart("skip_connect", 4, 4, 8, 8, 2);
        Assert.Equal(4 * (2 * 2 * 16 + 4 * 16), CountedCost.ActivationBytes.Of(part));
        Assert.Equal(0, CountedCost.ActivationBytes.Of(part with { Stride = 1 }));
    }

    [Fact]
    public void Estimated_energy_adds_arithmetic_and_memory()
    {
        // 1x1 from 4 to 8 channels on 2x2 pixels: 128 multiply-adds, 32 weights and 16 of the norm, 32 written values.
        var part = new NetworkPart(NetworkPart.Preprocess, 4, 8, 2, 2, 1);
        Assert.Equal(1e-9 * (128 * 4.6 + 160 * (4 * 48 + 2 * 4 * 32)), CountedCost.EstimatedEnergy.Of(part), 1e-15);
    }

    [Fact]
    public void None_costs_nothing() =>
        Assert.Equal(0, CountedCost.ActivationBytes.Of(new NetworkPart("none", 4, 4, 8, 8, 1)));

    private static void RequireEqual(Genotype genotype, EvaluationShape shape)
    {
        using var backend = new ReferenceBackend<float>();
        using var net = new EvaluationNetwork<float>(backend, shape, genotype);
        var parts = new TargetNetwork(shape).Parts(genotype).ToList();
        Assert.Equal(net.ParameterCount, parts.Sum(CountedCost.Parameters.Of));
        Assert.Equal(net.Trace().MultiplyAdds, parts.Sum(CountedCost.MultiplyAdds.Of));
        // Norms are folded, ReLUs are in place, and a shift is an offset.
        var written = net.Trace().Nodes.Where(node => node is not (NormNode<float> or ReluNode<float> or ShiftNode<float>));
        Assert.Equal(sizeof(float) * written.Sum(node => node.Dst.Shape.Count), parts.Sum(CountedCost.ActivationBytes.Of));
    }
}
