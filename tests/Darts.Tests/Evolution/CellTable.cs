using MIOpenDarts.Darts.Evolution;
using MIOpenDarts.Layers.Randomness;

namespace MIOpenDarts.Darts.Tests.Evolution;

/// <summary>
/// All cells of NAS-Bench-201 with their trained accuracies: six digits, one for each edge in the order 0→1; 0→2, 1→2; 0→3, 1→3, 2→3, of
/// none, skip_connect, nor_conv_1x1, nor_conv_3x3, avg_pool_3x3.
/// </summary>
internal sealed class CellTable : IGenomeSpace<string>
{
    private const int Edges = 6;
    private const int Operations = 5;

    public static CellTable Space { get; } = new();

    public static TruthTable Truth { get; } = TruthTable.Read(Path.Combine(AppContext.BaseDirectory, "truth", "nas-bench-201.tsv.gz"));

    public static IFitness<string> Of(params string[] columns) =>
        new Lookup(string.Join(' ', columns), cell => new Fitness([.. columns.Select(column => Value(cell, column))]));

    public static IFitness<string> Within(string column, double limit) =>
        new Lookup($"cifar10 within {limit} of {column}", cell =>
            new Fitness([Error(cell)], Math.Max(0, Truth.Value(cell, column) / limit - 1)));

    /// <summary>An accuracy counts as what is wrong of 100.</summary>
    public static double Value(string cell, string column) =>
        column.EndsWith("_ms", StringComparison.Ordinal) ? Truth.Value(cell, column) : 100 - Truth.Value(cell, column);

    public static double Error(string cell) => Value(cell, "cifar10");

    public string Key(string genome) => genome;

    public string Random(ref CounterRandom random)
    {
        var digits = new char[Edges];
        foreach (ref var digit in digits.AsSpan()) digit = (char)('0' + random.NextInt32(Operations));
        return new string(digits);
    }

    public string MutateOne(string genome, ref CounterRandom random)
    {
        var digits = genome.ToCharArray();
        ref var digit = ref digits[random.NextInt32(Edges)];
        digit = (char)('0' + (digit - '0' + 1 + random.NextInt32(Operations - 1)) % Operations);
        return new string(digits);
    }

    public string MutateEach(string genome, ref CounterRandom random)
    {
        var digits = genome.ToCharArray();
        foreach (ref var digit in digits.AsSpan())
            if (random.NextInt32(Edges) == 0) digit = (char)('0' + random.NextInt32(Operations));
        return new string(digits);
    }

    public string Cross(string first, string second, ref CounterRandom random)
    {
        var digits = first.ToCharArray();
        for (var i = 0; i < Edges; i++)
            if (random.NextInt32(2) == 1) digits[i] = second[i];
        return new string(digits);
    }

    private sealed class Lookup(string identity, Func<string, Fitness> fitness) : IFitness<string>
    {
        public string Identity => identity;

        public Fitness Evaluate(string genome, CancellationToken cancellation) => fitness(genome);

        public string Describe(Fitness fitness) => $"{fitness.Objectives[0]:F2} % wrong, {100 * fitness.Violation:F1} % above the limit";
    }
}
