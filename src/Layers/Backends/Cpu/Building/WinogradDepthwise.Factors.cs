namespace MIOpenDarts.Layers.Backends.Cpu.Building;

// Taps → the factors of the products.
internal static unsafe partial class WinogradDepthwise<S, V>
{
    /// <summary>
    /// Groups the runs of a list with all its weights and computes the factors of its squares, of which only AVX-512 has registers for all
    /// factors and sums. What two rows of outputs read is <paramref name="row"/> floats apart.
    /// </summary>
    public static void Prepare(ref TapList taps, int pattern, nint row)
    {
        taps.Group(pattern, S.Width == 16 ? row : 0);
        var fives = stackalloc float[MostSums * S.Width];
        for (var i = 0; i < taps.GroupCount; i++)
        {
            ref var square = ref taps.Groups[i];
            if (square.Apart == 0) continue;
            var f = square.Factors;
            var size = square.Count;
            for (var phase = 0; phase < pattern; phase += S.Width)
            {
                // Of three taps a product's factors are the taps themselves.
                var products = size == 3 ? f : fives;
                for (var t = 0; t < size; t++)
                    AlongColumn(square.Weights + t * pattern + phase, size * pattern, size, products + t * S.Width);
                for (var p = 0; p < 7 && size == 5; p++) Pairs(fives + p * size * S.Width, f + p * 7 * S.Width);
                f += square.FactorCount * S.Width;
            }
        }
    }

    /// <summary>One tap of every row of a filter → that of every product.</summary>
    private static void AlongColumn(float* g, nint row, int size, float* products)
    {
        var product = size * S.Width;
        V g0 = S.Load(g), g1 = S.Load(g + row), g2 = S.Load(g + 2 * row), half = S.Broadcast(0.5f);
        S.Store(g0, products);
        S.Store(S.Multiply(half, S.Add(S.Add(g0, g2), g1)), products + product);
        S.Store(S.Multiply(half, S.Subtract(S.Add(g0, g2), g1)), products + 2 * product);
        S.Store(g2, products + 3 * product);
        if (size == 3) return;
        V g3 = S.Load(g + 3 * row), g4 = S.Load(g + 4 * row);
        S.Store(g3, products + 4 * product);
        S.Store(S.Add(g3, g4), products + 5 * product);
        S.Store(g4, products + 6 * product);
    }

    /// <summary>Five taps of a row → g0, g0 + g1, g1, g2, g2 + g3, g3, g4.</summary>
    private static void Pairs(float* g, float* f)
    {
        V g0 = S.Load(g), g1 = S.Load(g + S.Width), g2 = S.Load(g + 2 * S.Width), g3 = S.Load(g + 3 * S.Width);
        S.Store(g0, f);
        S.Store(S.Add(g0, g1), f + S.Width);
        S.Store(g1, f + 2 * S.Width);
        S.Store(g2, f + 3 * S.Width);
        S.Store(S.Add(g2, g3), f + 4 * S.Width);
        S.Store(g3, f + 5 * S.Width);
        S.Store(S.Load(g + 4 * S.Width), f + 6 * S.Width);
    }

    /// <summary>The sums of all products, [products][taps of a row][one vector] → sums of the taps, [taps][pattern], added.</summary>
    private static void AddTaps(float* products, int size, float* sums, nint pattern)
    {
        var row = size * S.Width;
        var half = S.Broadcast(0.5f);
        for (var t = 0; t < size; t++, products += S.Width, sums += pattern)
        {
            V m1 = S.Load(products + row), m2 = S.Load(products + 2 * row), both = S.Multiply(half, S.Add(m1, m2));
            Add(S.Add(S.Load(products), both), sums);
            Add(S.Multiply(half, S.Subtract(m1, m2)), sums + size * pattern);
            Add(S.Add(S.Load(products + 3 * row), both), sums + 2 * size * pattern);
            if (size == 3) continue;
            var m5 = S.Load(products + 5 * row);
            Add(S.Add(S.Load(products + 4 * row), m5), sums + 3 * size * pattern);
            Add(S.Add(m5, S.Load(products + 6 * row)), sums + 4 * size * pattern);
        }
    }

    private static void Add(V value, float* sum) => S.Store(S.Add(S.Load(sum), value), sum);
}
