using MIOpenDarts.Darts.Genotypes;
using MIOpenDarts.Darts.Supernets;
using MIOpenDarts.Layers.Backends.Reference;
using MIOpenDarts.Layers.Modules;

namespace MIOpenDarts.Darts.Tests.Supernets;

/// <summary>Whatever the edges choose from, the shared form computes every candidate that it weights.</summary>
public class CandidateTests
{
    private static readonly SupernetShape Shape = new(3, 9, 8, 3, 4, 3, 3, 2);

    [Theory]
    [InlineData("sep_conv_7x7")]
    [InlineData("conv_7x1_1x7")]
    public void A_candidate_beyond_the_eight_of_DARTS_is_computed_and_not_only_weighted(string name)
    {
        Assert.True(Primitives.TryParse(name, out var primitive));
        var space = new SearchSpace([.. Primitives.SearchSpace, primitive]);
        using var backend = new ReferenceBackend<double>();
        using var textbook = new SmallSupernet<double>(backend, Shape, CellForm.Textbook, 3, space: space);
        using var shared = new SmallSupernet<double>(backend, Shape, CellForm.Shared, 3, space: space);
        var pass = new Pass(Training: true);
        SharedFormTests.AssertClose(textbook.Outcome(pass), shared.Outcome(pass), 1e-9);
    }
}
