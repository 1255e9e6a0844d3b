namespace MIOpenDarts.Darts.Compression.LowRank;

/// <summary>
/// Singular values of a matrix and its left singular vectors, by one-sided Jacobi rotations (Hestenes 1958): the same bits everywhere, and
/// small singular values to full relative precision.
/// </summary>
internal sealed class SingularValues
{
    private const int MaxSweeps = 60;
    private const double UnitRoundoff = 1.0 / (1L << 53);

    private SingularValues(double[][] left, double[] values) => (Left, Values) = (left, values);

    /// <summary>Left singular vectors, one after another; zeros where the singular value is zero.</summary>
    public double[][] Left { get; }

    /// <summary>Singular values, the largest first; as many as the matrix has rows, or columns if those are fewer.</summary>
    public double[] Values { get; }

    /// <summary>Decomposes a matrix [rows, columns].</summary>
    public static SingularValues From(double[,] matrix)
    {
        var (rows, columns) = (matrix.GetLength(0), matrix.GetLength(1));
        return columns <= rows ? Tall(matrix, rows, columns) : Wide(matrix, rows, columns);
    }

    // Rotations make the columns orthogonal: A·V = U·Σ.
    private static SingularValues Tall(double[,] matrix, int rows, int columns)
    {
        var a = Enumerable.Range(0, columns).Select(j => Enumerable.Range(0, rows).Select(i => matrix[i, j]).ToArray()).ToArray();
        Orthogonalize(a, v: null);
        var lengths = Array.ConvertAll(a, column => Math.Sqrt(Dot(column, column)));
        var order = Enumerable.Range(0, columns).OrderByDescending(j => lengths[j]).ToArray();
        return new SingularValues(
            [.. order.Select(j => Array.ConvertAll(a[j], x => lengths[j] > 0 ? x / lengths[j] : 0))], [.. order.Select(j => lengths[j])]);
    }

    // Aᵀ·V = U·Σ, where V has the left vectors of A.
    private static SingularValues Wide(double[,] matrix, int rows, int columns)
    {
        var a = Enumerable.Range(0, rows).Select(i => Enumerable.Range(0, columns).Select(j => matrix[i, j]).ToArray()).ToArray();
        var v = Enumerable.Range(0, rows).Select(j => Enumerable.Range(0, rows).Select(i => i == j ? 1.0 : 0.0).ToArray()).ToArray();
        Orthogonalize(a, v);
        var lengths = Array.ConvertAll(a, column => Math.Sqrt(Dot(column, column)));
        var order = Enumerable.Range(0, rows).OrderByDescending(j => lengths[j]).ToArray();
        return new SingularValues([.. order.Select(j => v[j])], [.. order.Select(j => lengths[j])]);
    }

    private static void Orthogonalize(double[][] a, double[][]? v)
    {
        // Two columns are orthogonal where their product is the rounding of a sum of so many terms.
        var tolerance = a[0].Length * UnitRoundoff;
        for (var (sweep, rotated) = (0, true); rotated && sweep < MaxSweeps; sweep++)
        {
            rotated = false;
            for (var p = 0; p < a.Length - 1; p++)
            {
                for (var q = p + 1; q < a.Length; q++)
                {
                    var (alpha, beta, gamma) = (Dot(a[p], a[p]), Dot(a[q], a[q]), Dot(a[p], a[q]));
                    if (Math.Abs(gamma) <= tolerance * Math.Sqrt(alpha * beta)) continue;
                    rotated = true;
                    var zeta = (beta - alpha) / (2 * gamma);
                    var t = (zeta >= 0 ? 1 : -1) / (Math.Abs(zeta) + Math.Sqrt(1 + zeta * zeta));
                    var c = 1 / Math.Sqrt(1 + t * t);
                    Rotate(a[p], a[q], c, c * t);
                    if (v is not null) Rotate(v[p], v[q], c, c * t);
                }
            }
        }
    }

    private static void Rotate(double[] x, double[] y, double c, double s)
    {
        for (var i = 0; i < x.Length; i++) (x[i], y[i]) = (c * x[i] - s * y[i], s * x[i] + c * y[i]);
    }

    private static double Dot(double[] x, double[] y)
    {
        double sum = 0;
        for (var i = 0; i < x.Length; i++) sum += x[i] * y[i];
        return sum;
    }
}
