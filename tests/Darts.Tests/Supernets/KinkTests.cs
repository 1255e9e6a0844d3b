using System.Numerics;
using MIOpenDarts.Darts.Supernets;
using MIOpenDarts.Layers.Backends;
using MIOpenDarts.Layers.Backends.Cpu;
using MIOpenDarts.Layers.Modules;
using MIOpenDarts.Layers.Randomness;

namespace MIOpenDarts.Darts.Tests.Supernets;

/// <summary>
/// Why two backends part though each is right: a value that is nearer to the other side of a ReLU or of a maximum than rounding reaches.
/// Its gradient then jumps by more than any rounding, and a backend in single precision is on one side or on the other, and nowhere else.
/// </summary>
public class KinkTests
{
    // The seeds before it have no such network.
    private const ulong FirstSeed = 30;
    private const int Batch = 3, Wanted = 3, Draws = 24;
    private const double Rounding = 1.0 / (1 << 24), Tiny = 1e-12;

    // Of the values here, of which a backend may round each differently.
    private const double Nearest = 3e-7;

    private static readonly SupernetShape Shape = new(3, 10, 10, 5, 4, 3);
    private static readonly Pass Training = new(Training: true);
    private static readonly Lazy<List<Kink>> Kinks = new(Find);

    /// <summary>A network with one such value.</summary>
    /// <param name="Seed">Of alphas, images and labels.</param>
    /// <param name="Weights">Its weights.</param>
    /// <param name="Distance">How near the value is to the other side.</param>
    /// <param name="Sides">What a training pass computes on either, in double.</param>
    /// <param name="Tolerances">What rounding may move of each result, relative to its length.</param>
    private sealed record Kink(ulong Seed, double[] Weights, double Distance, Dictionary<string, double[]>[] Sides,
        Dictionary<string, double> Tolerances)
    {
        /// <summary>Largest distance to a side, in tolerances.</summary>
        public double From(int side, Dictionary<string, double[]> outcome) =>
            outcome.Max(o => Apart(Sides[side][o.Key], o.Value) / Tolerances[o.Key]);
    }

    public static TheoryData<int> Widths() => [.. new[] { 4, 8, 16 }.Where(w => w <= CpuBackend.PreferredWidth)];

    [Theory]
    [MemberData(nameof(Widths))]
    public void Cpu_is_on_one_side_or_on_the_other(int width)
    {
        using var cpu = CpuBackend.Create(2, width);
        Check(cpu);
    }

    internal static void Check(Backend<float> backend)
    {
        foreach (var kink in Kinks.Value)
        {
            var outcome = Pass(backend, kink.Seed, kink.Weights);
            var (one, other, apart) = (kink.From(0, outcome), kink.From(1, outcome), kink.From(0, kink.Sides[1]));
            TestContext.Current.TestOutputHelper?.WriteLine(
                $"{backend.Name}, seed {kink.Seed}: {kink.Distance:E1} from the other side, sides {apart:F1} tolerances apart, {one:F2} " +
                    $"from one, {other:F2} from the other");
            Assert.True(Math.Min(one, other) <= 1,
                $"seed {kink.Seed}: {one:F1} tolerances from one side, {other:F1} from the other, which are {apart:F1} apart");
        }
    }

    /// <summary>
    /// Networks with exactly one value within the reach of rounding, whose two sides are further apart than rounding explains.
    /// </summary>
    private static List<Kink> Find()
    {
        var found = new List<Kink>();
        using var reference = new DecidingBackend();
        for (var seed = FirstSeed; found.Count < Wanted && seed < 1000; seed++)
        {
            var (random, drawn) = (new CounterRandom(seed, RandomStream.Alphas), Weights(reference, seed));
            var (value, distance, weights) = (0.0, double.PositiveInfinity, drawn);
            // Of networks that differ by a few roundings, the one with the nearest value.
            for (var draw = 0; draw < Draws; draw++)
            {
                var moved = Moved(drawn, 4 * Rounding, ref random);
                reference.Near.Clear();
                Pass(reference, seed, moved);
                if (reference.Near.Count == 0) break;
                if (reference.Near.Count == 1 && reference.Near.Single() is var near && near.Value < distance) (value, distance, weights)
                    = (near.Key, near.Value, moved);
            }

            if (distance > Nearest) continue;
            var one = Pass(reference, seed, weights);
            var nearby = Pass(reference, seed, Moved(weights, Tiny, ref random));
            reference.Other = value;
            var kink = new Kink(
                seed, weights, distance, [one, Pass(reference, seed, weights)],
                one.ToDictionary(o => o.Key, o => KinkBackend.Safe * Math.Max(1, Apart(o.Value, nearby[o.Key]) / Tiny)));
            reference.Other = null;
            if (kink.From(0, kink.Sides[1]) > 4) found.Add(kink);
        }

        Assert.Equal(Wanted, found.Count);
        return found;
    }

    private static double[] Weights(DecidingBackend reference, ulong seed)
    {
        using var small = new SmallSupernet<double>(reference, Shape, CellForm.Shared, Batch, seed);
        return small.Values(small.Net.Parameters.Values);
    }

    // In numbers that single precision has, unless the change is smaller than those.
    private static double[] Moved(double[] weights, double relative, ref CounterRandom random)
    {
        var moved = new double[weights.Length];
        for (var i = 0; i < moved.Length; i++) moved[i] = weights[i] * (1 + relative * random.NextNormal());
        return relative < Rounding ? moved : Array.ConvertAll(moved, w => (double)(float)w);
    }

    private static Dictionary<string, double[]> Pass<T>(Backend<T> backend, ulong seed, double[] weights)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        using var small = new SmallSupernet<T>(backend, Shape, CellForm.Shared, Batch, seed);
        backend.Upload<T>(Array.ConvertAll(weights, w => T.CreateChecked(w)), small.Net.Parameters.Values);
        return small.Outcome(Training);
    }

    private static double Apart(double[] expected, double[] actual) =>
        Math.Sqrt(expected.Zip(actual, (e, a) => (e - a) * (e - a)).Sum() / expected.Sum(e => e * e));
}
