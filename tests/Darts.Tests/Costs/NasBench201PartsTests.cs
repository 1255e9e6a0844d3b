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
public class NasBench201PartsTests
{
    private static readonly NasBench201Shape Shape = new(new ImageTask(3, 8, 8, 3), InitChannels: 4, CellsPerStage: 2);

    [Fact]
    public void Counts_of_the_parts_are_those_of_the_whole_network()
    {
        for (var index = 0; index < 20; index++)
        {
            var cell = RandomGenotypes.Draw(5, index, space: CellSpace.NasBench201).NasBench201!;
            var (parts, size) = (NasBench201Parts.From(Shape, cell).ToList(), NasBench201Size.From(cell, Shape));
            Assert.Equal(size.Parameters, parts.Sum(CountedCost.Parameters.Of));
            // The size has the classifier's biases among them.
            Assert.Equal(size.MultiplyAdds - Shape.Task.Classes, parts.Sum(CountedCost.MultiplyAdds.Of));
        }
    }

    [Fact]
    public void Every_cell_consists_of_the_parts_of_any()
    {
        var all = NasBench201Parts.All(Shape).ToHashSet();
        for (var index = 0; index < 50; index++)
        {
            var cell = RandomGenotypes.Draw(6, index, space: CellSpace.NasBench201).NasBench201!;
            Assert.Superset(NasBench201Parts.From(Shape, cell).Where(part => !part.IsZero).ToHashSet(), all);
        }

        Assert.Equal(all.Count, NasBench201Parts.All(Shape).Count());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Every_part_runs_on_a_backend(bool training)
    {
        using var profiler = new BackendProfiler(CpuBackend.Create(1), 2, training);
        foreach (var part in NasBench201Parts.All(Shape))
        {
            using var run = profiler.Prepare(part);
            run.Run();
            run.Finish();
        }
    }
}
