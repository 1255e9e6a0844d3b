using MIOpenDarts.Darts.Evolution;

namespace MIOpenDarts.Darts.Tests.Evolution;

public class CrowdingTests
{
    private const double End = double.PositiveInfinity;

    public static TheoryData<double[][], double[]> Fronts => new()
    {
        { [[1, 5], [2, 3], [4, 1]], [End, 2, End] },
        { [[4, 1], [1, 5], [2, 3]], [End, End, 2] },
        { [[1, 1], [1, 1], [0.5, 1.5], [0, 2]], [End, 0, 2, End] },
        { [[1, 1.5, 0.5, 1], [1, 0.5, 1.5, 1], [1, 0, 2, 1.5]], [End, 3, End] },
        { [[1, 2], [1, 2]], [End, 0] },
        { [], [] },
    };

    [Theory]
    [MemberData(nameof(Fronts))]
    public void Gaps_to_the_neighbours_are_summed_over_the_objectives(double[][] front, double[] distances) =>
        Assert.Equal(distances, Crowding.Distances(front));
}
