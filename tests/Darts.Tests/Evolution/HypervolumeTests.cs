using CsCheck;
using MIOpenDarts.Darts.Evolution;

namespace MIOpenDarts.Darts.Tests.Evolution;

/// <summary>Values of published tests and of integrals that were solved by hand.</summary>
public class HypervolumeTests
{
    private static readonly double[][] Four = [[5, 5], [4, 6], [2, 7], [7, 4]];

    public static TheoryData<double[][], double[], double> Known => new()
    {
        { Four, [10, 10], 38 },
        { [.. Four, .. Four, [9, 9], [11, 0], [10, 1]], [10, 10], 38 },
        { [.. Four.Select(p => new[] { -p[0], -p[1] })], [0, 0], 39 },
        { [[6, 6.5], [5, 7], [4, 6.5], [3, 7.5], [2, 7.5]], [7, 8.5], 8 },
        { [[1, 0, 1], [0, 1, 0]], [2, 2, 2], 5 },
        { [[1, 0], [0, 1]], [10, 10], 99 },
        { [[1, 0, 0], [0, 1, 0], [0, 0, 1]], [10, 10, 10], 999 },
        { [], [1, 1], 0 },
        { [], [1, 1, 1], 0 },
    };

    /// <summary>Curves f2 = f(f1), the reference in both objectives, and the area between both.</summary>
    public static TheoryData<string, double, double> Curves => new()
    {
        { "ZDT1", 1, 2.0 / 3 }, { "ZDT1", 1.1, 0.8766667 }, { "ZDT1", 11, 120.6666667 },
        { "ZDT2", 1, 1.0 / 3 }, { "ZDT2", 1.1, 0.5433333 }, { "ZDT2", 11, 120.3333333 },
        { "ZDT3", 1, 1.044424 }, { "ZDT3", 1.1, 1.331761 }, { "ZDT3", 11, 128.778114 },
        { "ZDT4", 1, 2.0 / 3 }, { "ZDT4", 1.1, 0.8766667 }, { "ZDT4", 11, 120.6666667 },
        { "ZDT6", 1.1, 0.507878 }, { "ZDT6", 11, 117.518202 },
        { "DTLZ1", 1, 0.875 },
        { "DTLZ2", 1, 1 - Math.PI / 4 }, { "DTLZ2", 1.1, 1.21 - Math.PI / 4 },
    };

    [Theory]
    [MemberData(nameof(Known))]
    public void It_is_the_volume_between_points_and_reference(double[][] points, double[] reference, double volume)
    {
        Assert.Equal(volume, Hypervolume.Of(points, reference), 1e-12);
        Assert.Equal(volume, Hypervolume.Of(points.Reverse(), reference), 1e-12);
    }

    [Fact]
    public void A_contribution_is_what_only_one_point_dominates()
    {
        double[] parts = [2, 1, 6, 3];
        for (var i = 0; i < parts.Length; i++) Assert.Equal(parts[i], Hypervolume.Contribution(Four, i, [10, 10]), 1e-12);
    }

    [Theory]
    [InlineData(4)]
    [InlineData(13)]
    public void Lattices_have_closed_forms(int n)
    {
        var plane = from x in Enumerable.Range(0, n) from y in Enumerable.Range(0, n - x) select new double[] { x, y, n - 1 - x - y };
        var line = Enumerable.Range(0, n).Select(i => new double[] { i, n - 1 - i });
        Assert.Equal(n * n * n - (n - 1) * n * (n + 1) / 6, Hypervolume.Of(plane, [n, n, n]), 1e-9);
        Assert.Equal(n * n - n * (n - 1) / 2, Hypervolume.Of(line, [n, n]), 1e-9);
    }

    [Theory]
    [MemberData(nameof(Curves))]
    public void Samples_of_a_curve_come_near_its_area_from_below(string curve, double reference, double area)
    {
        var sampled = Hypervolume.Of(Enumerable.Range(0, 20_001).Select(i => Point(curve, i / 20_000.0)), [reference, reference]);
        Assert.InRange(sampled, area * (1 - 1e-3), area * (1 + 1e-6));
    }

    [Theory]
    [InlineData(1, 0.4764012)]
    [InlineData(1.1, 0.8074012)]
    public void Samples_of_the_sphere_of_DTLZ2_come_near_its_volume_from_below(double reference, double volume)
    {
        const int steps = 48;
        var sphere = from i in Enumerable.Range(0, steps + 1)
                     from j in Enumerable.Range(0, steps + 1)
                     let u = Math.PI / 2 * i / steps
                     let v = Math.PI / 2 * j / steps
                     select new[] { Math.Cos(u) * Math.Cos(v), Math.Cos(u) * Math.Sin(v), Math.Sin(u) };
        Assert.InRange(Hypervolume.Of(sphere, [reference, reference, reference]), 0.93 * volume, volume);
    }

    [Fact]
    public void Samples_of_the_plane_of_DTLZ1_come_near_its_volume_from_below()
    {
        const int steps = 48;
        var plane = from i in Enumerable.Range(0, steps + 1)
                    from j in Enumerable.Range(0, steps + 1 - i)
                    select new[] { 0.5 * i / steps, 0.5 * j / steps, 0.5 * (steps - i - j) / steps };
        // 1 − 0.5³/3!, less a layer of half a step over the triangle.
        Assert.InRange(Hypervolume.Of(plane, [1, 1, 1]), 0.99 * 0.9791667, 0.9791667);
    }

    [Fact]
    public void Three_objectives_count_the_cells_of_a_grid_that_are_dominated() =>
        Gen.Int[0, 5].Select(i => (double)i).Array[3].Array[0, 8].Holds(points =>
        {
            var cells = from x in Enumerable.Range(0, 5)
                        from y in Enumerable.Range(0, 5)
                        from z in Enumerable.Range(0, 5)
                        where points.Any(p => p[0] <= x && p[1] <= y && p[2] <= z)
                        select 1;
            Assert.Equal(cells.Count(), Hypervolume.Of(points, [5, 5, 5]), 1e-9);
        });

    [Fact]
    public void Other_numbers_of_objectives_are_refused() =>
        Assert.Contains("not 4", Assert.Throws<ArgumentException>(() => Hypervolume.Of([[0, 0, 0, 0]], [1, 1, 1, 1])).Message,
            StringComparison.Ordinal);

    private static double[] Point(string curve, double t) => curve switch
    {
        "ZDT1" or "ZDT4" => [t, 1 - Math.Sqrt(t)],
        "ZDT2" => [t, 1 - t * t],
        "ZDT3" => [t, 1 - Math.Sqrt(t) - t * Math.Sin(10 * Math.PI * t)],
        "ZDT6" => [0.2807753 + t * (1 - 0.2807753), 1 - Math.Pow(0.2807753 + t * (1 - 0.2807753), 2)],
        "DTLZ1" => [t / 2, (1 - t) / 2],
        _ => [Math.Cos(t * Math.PI / 2), Math.Sin(t * Math.PI / 2)],
    };
}
