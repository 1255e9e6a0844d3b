using MIOpenDarts.Darts.Genotypes;

namespace MIOpenDarts.Darts.Tests;

/// <summary>What a user of the package sees; PublicAPI.Shipped.txt lists every member.</summary>
public sealed class SurfaceTests
{
    private const int MostPublicTypes = 60;

    [Fact]
    public void At_most_60_types_are_public() =>
        Assert.InRange(typeof(Genotype).Assembly.GetExportedTypes().Length, 1, MostPublicTypes);
}
