using MIOpenDarts.Darts.Supernets;
using MIOpenDarts.Layers.Backends;
using MIOpenDarts.Layers.Backends.Cpu;
using MIOpenDarts.Layers.Backends.Reference;
using MIOpenDarts.Layers.Modules;

namespace MIOpenDarts.Darts.Tests.Supernets;

/// <summary>The shared form is the textbook form: forward, every gradient, every statistic.</summary>
public class SharedFormTests
{
    // Length of the difference relative to the length of the vector. A float rounding of 6e-8 passes up to 50 batch norms over as few
    // as 12 values on its way, each of which cancels a mean.
    private const double FloatTolerance = 2e-3;

    public static TheoryData<int, int, int, int, int, int> Shapes() => new()
    {
        { 1, 8, 8, 2, 3, 4 },
        { 3, 9, 7, 4, 3, 2 },
        { 1, 12, 10, 6, 4, 3 },
        { 3, 12, 12, 6, 5, 4 },
        { 1, 8, 8, 8, 3, 2 }, // Whole vectors of channels from the first cell on.
    };

    [Theory]
    [MemberData(nameof(Shapes))]
    public void On_Reference_in_double(int channels, int height, int width, int init, int layers, int nodes)
    {
        using var backend = new ReferenceBackend<double>();
        var shape = new SupernetShape(channels, height, width, 3, init, layers, nodes, Math.Min(nodes, 3));
        var textbook = Outcome(backend, shape, CellForm.Textbook);
        var shared = Outcome(backend, shape, CellForm.Shared);
        AssertClose(textbook, shared, 1e-9);
    }

    [Theory]
    [MemberData(nameof(Shapes))]
    public void On_Cpu_against_the_textbook_on_Reference(int channels, int height, int width, int init, int layers, int nodes)
    {
        using var reference = new ReferenceBackend<double>();
        var shape = new SupernetShape(channels, height, width, 3, init, layers, nodes, Math.Min(nodes, 3));
        var seed = SmallSupernet<double>.SeedFarFromKinks((b, s) => new(b, shape, CellForm.Shared, 3, s), new Pass(Training: true));
        var expected = Outcome(reference, shape, CellForm.Textbook, seed: seed);
        foreach (var width1 in new[] { 4, 8, 16 }.Where(w => w <= CpuBackend.PreferredWidth))
        {
            using var cpu = CpuBackend.Create(2, width1);
            AssertClose(expected, Outcome(cpu, shape, CellForm.Shared, seed: seed), FloatTolerance);
            AssertClose(expected, Outcome(cpu, shape, CellForm.Textbook, seed: seed), FloatTolerance);
        }
    }

    [Theory]
    [MemberData(nameof(Shapes))]
    public void On_Cpu_bit_identical_for_one_two_and_four_threads(int channels, int height, int width, int init, int layers, int nodes)
    {
        var shape = new SupernetShape(channels, height, width, 3, init, layers, nodes, Math.Min(nodes, 3));
        using var one = CpuBackend.Create(1);
        var expected = Outcome(one, shape, CellForm.Shared, batch: 5);
        foreach (var threads in new[] { 2, 4 })
        {
            using var several = CpuBackend.Create(threads);
            var actual = Outcome(several, shape, CellForm.Shared, batch: 5);
            foreach (var (name, values) in expected) Assert.Equal(values, actual[name]);
        }
    }

    [Fact]
    public void A_smaller_batch_reuses_the_plan()
    {
        using var backend = new ReferenceBackend<double>();
        var shape = new SupernetShape(1, 8, 8, 3, 2, 3, 2, 2);
        using var planned = new SmallSupernet<double>(backend, shape, CellForm.Shared, 4);
        using var exact = new SmallSupernet<double>(backend, shape, CellForm.Shared, 2);
        var images = exact.Batch.Images.ToArray();
        var labels = exact.Batch.Labels.ToArray();
        foreach (var kind in new[] { 0, 1 }) exact.Net.Alphas[kind].CopyTo(planned.Net.Alphas[kind], 0);
        planned.Net.Evaluate(planned.Batch, new Pass(Training: true));
        planned.Net.Initialize(1);
        foreach (var kind in new[] { 0, 1 }) exact.Net.Alphas[kind].CopyTo(planned.Net.Alphas[kind], 0);
        planned.Net.Evaluate(new(images, labels), new Pass(Training: true));
        exact.Net.Evaluate(exact.Batch, new Pass(Training: true));
        Assert.Equal(exact.Values(exact.Net.Parameters.Diffs), planned.Values(planned.Net.Parameters.Diffs));
    }

    private static Dictionary<string, double[]> Outcome<T>(Backend<T> backend, SupernetShape shape, CellForm form, int batch = 3,
        ulong seed = 1)
        where T : unmanaged, System.Numerics.IBinaryFloatingPointIeee754<T>
    {
        using var small = new SmallSupernet<T>(backend, shape, form, batch, seed);
        return small.Outcome(new Pass(Training: true));
    }

    internal static void AssertClose(Dictionary<string, double[]> expected, Dictionary<string, double[]> actual, double tolerance)
    {
        foreach (var (name, values) in expected)
        {
            var length = Math.Sqrt(values.Sum(v => v * v));
            var distance = Math.Sqrt(values.Zip(actual[name], (a, b) => (a - b) * (a - b)).Sum());
            Assert.True(distance <= tolerance * length, $"{name}: off by {distance / length:E2}");
        }
    }
}
