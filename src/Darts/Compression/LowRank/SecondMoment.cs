namespace MIOpenDarts.Darts.Compression.LowRank;

/// <summary>E[x·xᵀ] of the pixels that a 1x1 convolution reads, and its Cholesky factor.</summary>
/// <param name="channels">Length of x.</param>
internal sealed class SecondMoment(int channels)
{
    // A pivot below this share of the largest is rounding: the channel is a combination of those before it.
    private const double Negligible = 1e-14;

    private readonly double[,] sums = new double[channels, channels];
    private long pixels;

    /// <summary>Takes in images [N,C,H,W], of which every <paramref name="stride"/>-th row and column is read.</summary>
    public void Add(ReadOnlySpan<float> nchw, int images, int height, int width, int stride)
    {
        var x = new double[channels];
        for (var n = 0; n < images; n++)
        {
            for (var h = 0; h < height; h += stride)
            {
                for (var w = 0; w < width; w += stride)
                {
                    for (var c = 0; c < channels; c++) x[c] = nchw[((n * channels + c) * height + h) * width + w];
                    Add(x);
                }
            }
        }
    }

    /// <summary>Takes in one pixel.</summary>
    public void Add(ReadOnlySpan<double> x)
    {
        pixels++;
        for (var i = 0; i < channels; i++)
        {
            // Half of the values after a ReLU are zero.
            if (x[i] == 0) continue;
            for (var j = 0; j <= i; j++) sums[i, j] += x[i] * x[j];
        }
    }

    /// <summary>Lower triangular L with L·Lᵀ = E[x·xᵀ]; a channel that tells nothing new has a column of zeros.</summary>
    public double[,] Factor()
    {
        var l = new double[channels, channels];
        double largest = 0;
        for (var i = 0; i < channels; i++) largest = Math.Max(largest, sums[i, i] / pixels);
        for (var j = 0; j < channels; j++)
        {
            var pivot = sums[j, j] / pixels;
            for (var k = 0; k < j; k++) pivot -= l[j, k] * l[j, k];
            if (pivot <= Negligible * largest) continue;
            l[j, j] = Math.Sqrt(pivot);
            for (var i = j + 1; i < channels; i++)
            {
                var sum = sums[i, j] / pixels;
                for (var k = 0; k < j; k++) sum -= l[i, k] * l[j, k];
                l[i, j] = sum / l[j, j];
            }
        }

        return l;
    }
}
