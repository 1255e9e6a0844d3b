using MIOpenDarts.Darts.Costs;
using MIOpenDarts.Darts.Costs.Profiling;
using MIOpenDarts.Darts.Costs.Tables;
using MIOpenDarts.Darts.Evaluation;
using MIOpenDarts.Darts.Evaluation.NasBench201;
using MIOpenDarts.Darts.Genotypes;
using MIOpenDarts.Darts.Spaces;
using MIOpenDarts.Layers.Backends.Cpu;

namespace MIOpenDarts.Darts.Tests.Costs;

/// <summary>Networks of NAS-Bench-201 as the parts that they consist of.</summary>
public class NasBench201TargetTests
{
    private static readonly NasBench201Shape Shape = new(new ImageTask(3, 8, 8, 3), InitChannels: 4, CellsPerStage: 2);
    private static readonly NasBench201Target Network = new(Shape);

    [Fact]
    public void Counts_of_the_parts_are_those_of_the_whole_network()
    {
        for (var index = 0; index < 20; index++)
        {
            var genotype = RandomGenotypes.Draw(5, index, space: CellSpace.NasBench201);
            var (parts, size) = (Network.Parts(genotype).ToList(), NasBench201Size.From(genotype.NasBench201!, Shape));
            Assert.Equal(size.Parameters, parts.Sum(CountedCost.Parameters.Of));
            // The size has the classifier's biases among them.
            Assert.Equal(size.MultiplyAdds - Shape.Task.Classes, parts.Sum(CountedCost.MultiplyAdds.Of));
        }
    }

    [Fact]
    public void Every_cell_consists_of_the_parts_of_any()
    {
        var all = Network.PartsOfAny(CellSpace.NasBench201).ToHashSet();
        for (var index = 0; index < 50; index++)
        {
            var genotype = RandomGenotypes.Draw(6, index, space: CellSpace.NasBench201);
            Assert.Superset(Network.Parts(genotype).Where(part => !part.IsZero).ToHashSet(), all);
        }

        Assert.Equal(all.Count, Network.PartsOfAny(CellSpace.NasBench201).Count());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Every_part_runs_on_a_backend(bool training)
    {
        using var profiler = new BackendProfiler(CpuBackend.Create(1), 2, training);
        foreach (var part in Network.PartsOfAny(CellSpace.NasBench201))
        {
            using var run = profiler.Prepare(part);
            run.Run();
            run.Finish();
        }
    }
}
