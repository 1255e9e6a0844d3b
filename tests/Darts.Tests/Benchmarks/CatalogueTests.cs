using MIOpenDarts.Darts.Benchmarks.Operations;
using MIOpenDarts.Layers.Backends;

namespace MIOpenDarts.Darts.Tests.Benchmarks;

public class CatalogueTests
{
    private static IEnumerable<OperationCase> All => [.. Catalogue.Operations, .. Catalogue.Vectors, .. Catalogue.Layers];

    public static TheoryData<string> Names => [.. All.Select(c => c.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public void Every_case_runs_on_every_backend_and_knows_its_work(string name)
    {
        var g = new Geometry(2, 4, 8);
        var tested = All.Single(c => c.Name == name);
        foreach (var backend in new[] { "cpu", "reference" })
        {
            using var on = BackendChoice.Create(backend, 2);
            using var prepared = tested.Prepare(on, g);
            prepared.Forward();
            prepared.Backward();
        }

        Assert.True(tested.Forward(g).Bytes > 0);
        Assert.True(tested.Backward(g).Flops >= tested.Forward(g).Flops || Catalogue.Vectors.Contains(tested));
    }

    [Fact]
    public void Standard_geometry_is_the_size_that_the_supernet_has_with_so_many_channels() =>
        Assert.Equal([(4, 32), (8, 32), (16, 32), (32, 16), (64, 8)], Geometry.Widths.Select(c => (c, Geometry.Standard(c).Size)));
}
