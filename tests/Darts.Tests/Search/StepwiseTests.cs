using MIOpenDarts.Darts.Supernets;
using MIOpenDarts.Darts.Tests.Supernets;
using MIOpenDarts.Layers.Backends;
using MIOpenDarts.Layers.Backends.Cpu;
using MIOpenDarts.Layers.Randomness;

namespace MIOpenDarts.Darts.Tests.Search;

/// <summary>
/// Search steps in single precision against the reference in double, each from the state that the reference has come to and on images that
/// bring no value near a kink: two runs that go on by themselves part, as every step magnifies the rounding of those before it several
/// times.
/// </summary>
public class StepwiseTests
{
    private const int Steps = 4, Batch = 3, Draws = 3;
    private const double Rate = 0.025, Roundoff = 1.0 / (1 << 24);

    private static readonly SupernetShape Shape = new(3, 10, 10, 5, 4, 3);

    public static TheoryData<int, bool> WidthsAndOrders() =>
        [.. new[] { 4, 8, 16 }.Where(w => w <= CpuBackend.PreferredWidth).SelectMany(w => new[] { (w, false), (w, true) })];

    [Theory]
    [MemberData(nameof(WidthsAndOrders))]
    public void Steps_on_Cpu_are_those_of_the_reference(int width, bool unrolled)
    {
        using var cpu = CpuBackend.Create(2, width);
        Check(cpu, unrolled);
    }

    internal static void Check(Backend<float> backend, bool unrolled)
    {
        using var reference = new KinkBackend();
        using var expected = new SearchStep<double>(reference, Shape, Batch, unrolled);
        using var actual = new SearchStep<float>(backend, Shape, Batch, unrolled);
        var state = Begin(expected.State);
        var random = new CounterRandom(11, RandomStream.Augmentation);
        for (var step = 0; step < Steps; step++)
        {
            var (data, outcome) = Far(expected, reference, state, ref random);
            var (next, magnified) = (expected.State, expected.Magnified(Rate));
            var spread = Spread(expected, state, data, outcome, ref random);
            actual.State = state;
            foreach (var (name, values) in actual.Take(data, Rate))
            {
                var roundings = KinkBackend.Roundings * (name.Contains("alphas", StringComparison.Ordinal) ? magnified : 1);
                var (distance, tolerance) = (Distance(values, outcome[name]), roundings * spread[name]);
                Assert.True(distance <= tolerance,
                    $"step {step}, {name}: off by {distance:E2} of {Length(outcome[name]):E2}; {tolerance:E2} allowed");
            }

            state = next;
        }
    }

    // Alphas far enough from equal that every operation counts differently.
    private static StepState Begin(StepState state)
    {
        var random = new CounterRandom(7, RandomStream.Alphas);
        foreach (var alphas in state.Alphas)
            foreach (ref var alpha in alphas.AsSpan()) alpha = (float)(0.5 * random.NextNormal());
        return state;
    }

    /// <summary>Images with which no value of the step comes near a kink, and the step.</summary>
    private static (StepData Data, Dictionary<string, double[]> Outcome) Far(SearchStep<double> step, KinkBackend reference,
        StepState state, ref CounterRandom random)
    {
        for (var attempt = 0; attempt < 1000; attempt++)
        {
            var data = new StepData(Images(ref random), Labels(ref random), Images(ref random), Labels(ref random));
            step.State = state;
            reference.Margin = double.PositiveInfinity;
            var outcome = step.Take(data, Rate);
            if (reference.Margin >= KinkBackend.Safe) return (data, outcome);
        }

        throw new InvalidOperationException("No images keep their distance from every kink.");
    }

    /// <summary>How far a rounding of weights and images moves each result, and at least a rounding of itself.</summary>
    private static Dictionary<string, double> Spread(
        SearchStep<double> step, StepState state, StepData data, Dictionary<string, double[]> outcome, ref CounterRandom random)
    {
        var squares = outcome.ToDictionary(o => o.Key, _ => 0.0);
        for (var draw = 0; draw < Draws; draw++)
        {
            var noise = new CounterRandom(random.NextUInt32(), RandomStream.Weights);
            double Relative() => 8 * Roundoff * noise.NextNormal();
            step.State = state.Perturbed(Relative);
            var moved = step.Take(data with
            { TrainImages = Perturbed(data.TrainImages, Relative), ValidImages = Perturbed(data.ValidImages, Relative) }, Rate);
            foreach (var (name, values) in moved) squares[name] += Math.Pow(Distance(values, outcome[name]) / 8, 2) / Draws;
        }

        return squares.ToDictionary(s => s.Key, s => Math.Max(Math.Sqrt(s.Value), Roundoff * Length(outcome[s.Key])));
    }

    private static float[] Perturbed(float[] values, Func<double> relative) => [.. values.Select(v => (float)(v * (1 + relative())))];

    private static float[] Images(ref CounterRandom random)
    {
        var images = new float[Batch * Shape.ImageChannels * Shape.Height * Shape.Width];
        foreach (ref var pixel in images.AsSpan()) pixel = (float)random.NextNormal();
        return images;
    }

    private static int[] Labels(ref CounterRandom random)
    {
        var labels = new int[Batch];
        foreach (ref var label in labels.AsSpan()) label = random.NextInt32(Shape.Classes);
        return labels;
    }

    private static double Length(double[] values) => Math.Sqrt(values.Sum(v => v * v));

    private static double Distance(double[] a, double[] b) => Math.Sqrt(a.Zip(b, (x, y) => (x - y) * (x - y)).Sum());
}
