using MIOpenDarts.Darts.Evolution.Spaces;
using MIOpenDarts.Darts.Genotypes;
using MIOpenDarts.Layers.Randomness;

namespace MIOpenDarts.Darts.Tests.Evolution;

/// <summary>Moves among genotypes stay in the space.</summary>
public class GenotypeSpaceTests
{
    private static readonly GenotypeSpace Space = new(CellSpace.Darts);

    [Fact]
    public void Every_move_gives_a_genotype_of_the_space_whose_key_reads_as_itself()
    {
        var random = new CounterRandom(1, RandomStream.Evolution);
        var (a, b) = (Space.Random(ref random), Space.Random(ref random));
        for (var i = 0; i < 300; i++)
        {
            (a, b) = (b, (i % 3) switch
            {
                0 => Space.MutateOne(a, ref random),
                1 => Space.MutateEach(a, ref random),
                _ => Space.Cross(a, b, ref random),
            });
            foreach (var cell in new[] { b.Normal, b.Reduce })
            {
                Assert.Equal(4, cell.Nodes.Count);
                Assert.All(cell.Nodes, node => Assert.True(node.Count == 2 && node[0].Source < node[1].Source));
                Assert.DoesNotContain(cell.Edges, item => item.Edge.Operation.IsZero);
            }

            Assert.Equal(b, Genotype.Parse(Space.Key(b)));
        }
    }

    [Fact]
    public void Every_move_among_cells_of_NAS_Bench_201_gives_one_that_connects()
    {
        var space = GenotypeSpace.Of(CellSpace.NasBench201);
        for (var seed = 0UL; seed < 20; seed++)
        {
            var random = new CounterRandom(seed, RandomStream.Evolution);
            var (a, b) = (space.Random(ref random), space.Random(ref random));
            for (var i = 0; i < 100; i++)
            {
                Assert.True(a.NasBench201!.Connects && b.NasBench201!.Connects, $"seed {seed}, move {i}");
                (a, b) = (b, (i % 4) switch
                {
                    0 => space.MutateOne(a, ref random),
                    1 => space.MutateEach(a, ref random),
                    2 => space.Cross(a, b, ref random),
                    _ => space.Random(ref random),
                });
            }
        }
    }

    [Fact]
    public void A_mutation_changes_one_gene()
    {
        var random = new CounterRandom(2, RandomStream.Evolution);
        var genome = Space.Random(ref random);
        for (var i = 0; i < 200; i++)
        {
            var mutant = Space.MutateOne(genome, ref random);
            var changed = Nodes(genome).Zip(Nodes(mutant)).Where(pair => !pair.First.SequenceEqual(pair.Second)).ToList();
            var (before, after) = Assert.Single(changed);
            // An operation is another, or an edge reads another state with its operation.
            Assert.Single(before.Except(after));
            var (lost, won) = (before.Except(after).Single(), after.Except(before).Single());
            Assert.True(lost.Source == won.Source || lost.Operation == won.Operation);
            genome = mutant;
        }

        static IEnumerable<IReadOnlyList<GenotypeEdge>> Nodes(Genotype of) => of.Normal.Nodes.Concat(of.Reduce.Nodes);
    }

    [Fact]
    public void A_crossing_of_a_genotype_with_itself_is_itself()
    {
        var random = new CounterRandom(3, RandomStream.Evolution);
        var genome = Space.Random(ref random);
        Assert.Equal(genome, Space.Cross(genome, genome, ref random));
    }

    [Fact]
    public void Cells_of_the_benchmark_are_named_by_their_digits()
    {
        var space = new NasBench201Genomes();
        var random = new CounterRandom(4, RandomStream.Evolution);
        Primitive[] operations =
        [
            Primitives.NorConv3x3, Primitives.NorConv1x1, Primitives.NorConv3x3, Primitives.None, Primitives.SkipConnect,
            Primitives.AvgPool3x3,
        ];
        var cell = NasBench201Cell.From(operations);
        Assert.Equal("323014", space.Key(cell));
        for (var i = 0; i < 100; i++)
        {
            var mutant = space.MutateOne(cell, ref random);
            Assert.Equal(1, space.Key(cell).Zip(space.Key(mutant)).Count(pair => pair.First != pair.Second));
        }
    }
}
