namespace MIOpenDarts.Darts.Compression.LowRank;

/// <summary>
/// What a 1x1 convolution y = W·x loses at each rank on the data it sees. With E[x·xᵀ] = L·Lᵀ the best W of rank r is Uᵣ·Uᵣᵀ·W, where Uᵣ
/// has the first r left singular vectors of W·L, and the mean of ‖y − yᵣ‖² is exactly the sum of the squared singular values left out.
/// </summary>
/// <param name="Weights">W [O,I], row by row.</param>
/// <param name="Inputs">I.</param>
/// <param name="Outputs">O.</param>
/// <param name="Decomposition">Of W·L.</param>
internal sealed record PointwiseSpectrum(float[] Weights, int Inputs, int Outputs, SingularValues Decomposition)
{
    /// <summary>Most that the rank may be.</summary>
    public int FullRank => Math.Min(Inputs, Outputs);

    /// <summary>Decomposes a convolution.</summary>
    /// <param name="weights">W [O,I].</param>
    /// <param name="inputs">I.</param>
    /// <param name="factor">L [I,I], lower triangular.</param>
    public static PointwiseSpectrum From(float[] weights, int inputs, double[,] factor)
    {
        var outputs = weights.Length / inputs;
        var product = new double[outputs, inputs];
        for (var o = 0; o < outputs; o++)
        {
            for (var i = 0; i < inputs; i++)
            {
                double sum = 0;
                for (var k = i; k < inputs; k++) sum += weights[o * inputs + k] * factor[k, i];
                product[o, i] = sum;
            }
        }

        return new PointwiseSpectrum(weights, inputs, outputs, SingularValues.From(product));
    }

    /// <summary>Share of the mean of ‖y‖² that a rank loses.</summary>
    public double Loss(int rank)
    {
        double kept = 0, lost = 0;
        for (var i = 0; i < Decomposition.Values.Length; i++)
        {
            var square = Decomposition.Values[i] * Decomposition.Values[i];
            if (i < rank) kept += square;
            else lost += square;
        }

        return kept + lost > 0 ? lost / (kept + lost) : 0;
    }

    /// <summary>The first factor Uᵣᵀ·W [r,I] and the second Uᵣ [O,r].</summary>
    public (float[] First, float[] Second) Factors(int rank)
    {
        var (first, second) = (new float[rank * Inputs], new float[Outputs * rank]);
        for (var r = 0; r < rank; r++)
        {
            var u = Decomposition.Left[r];
            for (var i = 0; i < Inputs; i++)
            {
                double sum = 0;
                for (var o = 0; o < Outputs; o++) sum += u[o] * Weights[o * Inputs + i];
                first[r * Inputs + i] = (float)sum;
            }

            for (var o = 0; o < Outputs; o++) second[o * rank + r] = (float)u[o];
        }

        return (first, second);
    }
}
