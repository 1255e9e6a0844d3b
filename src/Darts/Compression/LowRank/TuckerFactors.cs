using MIOpenDarts.Layers.Backends;

namespace MIOpenDarts.Darts.Compression.LowRank;

/// <summary>
/// A dense k x k convolution W [O,I,taps] as three (Tucker-2; Kim et al. 2016): I→R by 1x1, R→S by k x k with the layer's geometry, S→O
/// by 1x1; a side at its full rank has no 1x1. The 1x1 have orthonormal rows or columns, so that ‖W‖² = ‖core‖² + ‖W − Ŵ‖². Ranks are
/// judged by the singular vectors of both unfoldings (HOSVD, De Lathauwer et al. 2000); the factors of those chosen are refined in turn
/// (HOOI), which loses no more.
/// </summary>
internal sealed class TuckerFactors : LayerFactors
{
    private const double LeastGrowth = 1e-6;
    private const int MostRounds = 20;

    private readonly Window2D window;
    private readonly double[,] weights;
    private readonly double[][] outputVectors;
    private readonly double[][] inputVectors;
    private readonly double[,] kept;
    private readonly double energy;

    /// <summary>Decomposes a convolution.</summary>
    /// <param name="values">W [O,I,taps].</param>
    /// <param name="inputs">I.</param>
    /// <param name="window">Its geometry.</param>
    public TuckerFactors(float[] values, int inputs, Window2D window)
    {
        (this.window, Inputs, Outputs) = (window, inputs, values.Length / inputs / window.Taps);
        weights = new double[Outputs, Inputs * window.Taps];
        for (var i = 0; i < values.Length; i++) weights[i / weights.GetLength(1), i % weights.GetLength(1)] = values[i];
        energy = weights.Cast<double>().Sum(w => w * w);
        (outputVectors, inputVectors) = (
            SingularValues.From(weights).Left, SingularValues.From(Turned(weights, Outputs, Inputs)).Left);
        kept = Kept(Core(outputVectors, inputVectors));
    }

    /// <inheritdoc/>
    public override int Inputs { get; }

    /// <inheritdoc/>
    public override int Outputs { get; }

    /// <inheritdoc/>
    public override string Energy => "weights'";

    /// <summary>Share of ‖W‖² that the vectors of the unfoldings lose at some ranks.</summary>
    public double Loss(int inputRank, int rank) => energy > 0
        ? Math.Max(0, 1 - kept[Math.Min(rank, outputVectors.Length), Math.Min(inputRank, inputVectors.Length)] / energy)
        : 0;

    /// <inheritdoc/>
    public override RankCandidate Candidate(int inputPixels, int pixels)
    {
        var whole = (long)Inputs * Outputs * window.Taps * pixels;
        var forms =
            from inputRank in Enumerable.Range(1, Inputs)
            from rank in Enumerable.Range(1, Outputs)
            let cost = (inputRank < Inputs ? (long)Inputs * inputRank * inputPixels : 0)
                + ((long)inputRank * window.Taps + (rank < Outputs ? Outputs : 0)) * rank * pixels
            // More vectors than the other side lets differ would add nothing.
            where cost < whole && inputRank <= rank * window.Taps && rank <= inputRank * window.Taps
            let option = new RankOption(cost, Loss(inputRank, rank), inputRank, rank)
            orderby option.Cost, option.Loss
            select option;
        return new RankCandidate(whole, Undominated(forms));
    }

    /// <inheritdoc/>
    public override (IReadOnlyList<LayerFactor> Factors, double Loss) Cut(RankOption option)
    {
        var (u, v) = Refined(option.InputRank, option.Rank);
        var core = Core(u, v);
        var lost = energy > 0 ? Math.Max(0, 1 - core.Cast<double>().Sum(x => x * x) / energy) : 0;
        var factors = new List<LayerFactor> { new(window, option.Rank, [.. core.Cast<double>().Select(x => (float)x)]) };
        if (option.InputRank < Inputs)
            factors.Insert(0, new LayerFactor(Window2D.Point, option.InputRank, [.. v.SelectMany(row => row).Select(x => (float)x)]));
        if (option.Rank < Outputs)
        {
            var last = new float[Outputs * option.Rank];
            for (var k = 0; k < last.Length; k++) last[k] = (float)u[k % option.Rank][k / option.Rank];
            factors.Add(new LayerFactor(Window2D.Point, Outputs, last));
        }

        return (factors, lost);
    }

    // Of forms by rising cost those that lose less than every cheaper one, the dearest first.
    private static List<RankOption> Undominated(IEnumerable<RankOption> forms)
    {
        var kept = new List<RankOption>();
        foreach (var form in forms)
            if (kept.Count == 0 || form.Loss < kept[^1].Loss) kept.Add(form);
        kept.Reverse();
        return kept;
    }

    // Vectors of outputs [S][O] and inputs [R][I]; all unit vectors on a side at full rank.
    private (double[][] U, double[][] V) Refined(int inputRank, int rank)
    {
        var (u, v) = (Leading(outputVectors, rank, Outputs), Leading(inputVectors, inputRank, Inputs));
        if (inputRank == Inputs || rank == Outputs) return (u, v);
        double norm = 0;
        for (var round = 0; round < MostRounds; round++)
        {
            u = SingularValues.From(Turned(Projected(Turned(weights, Outputs, Inputs), v), inputRank, Outputs)).Left[..rank];
            var left = SingularValues.From(Turned(Projected(weights, u), rank, Inputs));
            v = left.Left[..inputRank];
            var now = left.Values[..inputRank].Sum(s => s * s);
            if (now - norm < LeastGrowth * now) break;
            norm = now;
        }

        return (u, v);
    }

    private static double[][] Leading(double[][] vectors, int rank, int all) => rank < all
        ? vectors[..rank]
        : [.. Enumerable.Range(0, all).Select(k =>
        {
            var unit = new double[all];
            unit[k] = 1;
            return unit;
        })];

    // [S, R · taps] of W in the coordinates of the vectors.
    private double[,] Core(double[][] u, double[][] v) =>
        Turned(Projected(Turned(Projected(weights, u), u.Length, Inputs), v), v.Length, u.Length);

    // Vᵀ · M: rows of M in the coordinates of vectors.
    private static double[,] Projected(double[,] matrix, double[][] vectors)
    {
        var (rows, columns) = (matrix.GetLength(0), matrix.GetLength(1));
        var product = new double[vectors.Length, columns];
        for (var k = 0; k < vectors.Length; k++)
            for (var i = 0; i < rows; i++)
                for (var j = 0; j < columns; j++) product[k, j] += vectors[k][i] * matrix[i, j];
        return product;
    }

    // From [a, b · taps] to [b, a · taps].
    private double[,] Turned(double[,] matrix, int a, int b)
    {
        var taps = window.Taps;
        var turned = new double[b, a * taps];
        for (var i = 0; i < a; i++)
            for (var j = 0; j < b; j++)
                for (var t = 0; t < taps; t++) turned[j, i * taps + t] = matrix[i, j * taps + t];
        return turned;
    }

    // Of the first s rows and r columns of the core the sum of squares, for all s and r.
    private double[,] Kept(double[,] core)
    {
        var (taps, rows, columns) = (window.Taps, core.GetLength(0), core.GetLength(1) / window.Taps);
        var sums = new double[rows + 1, columns + 1];
        for (var s = 0; s < rows; s++)
        {
            for (var r = 0; r < columns; r++)
            {
                double square = 0;
                for (var t = 0; t < taps; t++) square += core[s, r * taps + t] * core[s, r * taps + t];
                sums[s + 1, r + 1] = square + sums[s, r + 1] + sums[s + 1, r] - sums[s, r];
            }
        }

        return sums;
    }
}
