using CsCheck;
using MIOpenDarts.Darts.Evolution;

namespace MIOpenDarts.Darts.Tests.Evolution;

public class NonDominatedSortingTests
{
    private static readonly Gen<Fitness[]> Populations =
        Gen.Int[1, 3].SelectMany(m => Gen.Select(Gen.Int[0, 4].Array[m], Gen.Int[0, 2])
            .Select((objectives, violation) => new Fitness([.. objectives.Select(o => (double)o)], violation)).Array[0, 12]);

    [Fact]
    public void A_point_dominates_what_is_nowhere_better_and_somewhere_worse()
    {
        Assert.True(Dominance.Dominates([1, 2], [1, 3]));
        Assert.False(Dominance.Dominates([1, 3], [1, 2]));
        Assert.False(Dominance.Dominates([1, 2], [1, 2]));
        Assert.False(Dominance.Dominates([1, 3], [2, 2]));
    }

    [Fact]
    public void Limits_come_before_objectives()
    {
        var (feasible, near, far) = (new Fitness([9, 9]), new Fitness([1, 1], 0.5), new Fitness([0, 0], 2));
        Assert.True(Dominance.Dominates(feasible, near));
        Assert.True(Dominance.Dominates(near, far));
        Assert.False(Dominance.Dominates(far, near));
        Assert.False(Dominance.Dominates(near, near with { Objectives = [2, 2] }));
    }

    [Fact]
    public void Equal_points_share_a_front()
    {
        var fronts = NonDominatedSorting.Fronts([.. new double[][] { [1, 3], [2, 2], [2, 2], [3, 1], [4, 4] }.Select(p => new Fitness(p))]);
        Assert.Equal([[0, 1, 2, 3], [4]], fronts);
    }

    [Fact]
    public void Fronts_are_what_is_left_undominated_when_those_before_are_gone() => Populations.Holds(population =>
    {
        var left = Enumerable.Range(0, population.Length).ToList();
        foreach (var front in NonDominatedSorting.Fronts(population))
        {
            Assert.Equal(left.Where(i => !left.Exists(j => Dominance.Dominates(population[j], population[i]))), front);
            left.RemoveAll(front.Contains);
        }

        Assert.Empty(left);
    });
}
