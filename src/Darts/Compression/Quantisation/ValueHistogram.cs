using MIOpenDarts.Layers.Backends;

namespace MIOpenDarts.Darts.Compression.Quantisation;

/// <summary>How often numbers lie in which part of their range, and the bytes that follow from it.</summary>
/// <param name="minimum">Least number.</param>
/// <param name="maximum">Greatest number.</param>
internal sealed class ValueHistogram(float minimum, float maximum)
{
    private const int Bins = 2048;
    // As a share: half of 0.01 % on each side.
    private const double Tail = 0.00005;
    private const int Candidates = 100;
    private const double LeastShare = 0.5;

    private readonly long[] counts = new long[Bins];
    private readonly double width = Math.Max(((double)maximum - minimum) / Bins, double.Epsilon);

    /// <summary>Counts numbers.</summary>
    public void Add(ReadOnlySpan<float> numbers)
    {
        foreach (var x in numbers) counts[Math.Clamp((int)(((double)x - minimum) / width), 0, Bins - 1)]++;
    }

    /// <summary>Bytes over the range without its tails.</summary>
    public ByteScale WithoutTails()
    {
        var (few, low, high) = (Tail * counts.Sum(), 0, Bins);
        for (long below = counts[0]; below <= few && low < Bins - 1; below += counts[low]) low++;
        for (long above = counts[^1]; above <= few && high > low + 1; above += counts[high - 1]) high--;
        return ByteScale.Over((float)(minimum + low * width), high == Bins ? maximum : (float)(minimum + high * width));
    }

    /// <summary>Bytes over the share of the range that loses least: Σ count · (x − x̂)².</summary>
    public ByteScale WithLeastSquares()
    {
        var (best, least) = (ByteScale.Over(minimum, maximum), double.PositiveInfinity);
        for (var k = 0; k <= Candidates; k++)
        {
            var share = 1 - (1 - LeastShare) * k / Candidates;
            var scale = ByteScale.Over((float)(share * minimum), (float)(share * maximum));
            var loss = Loss(scale);
            if (loss < least) (best, least) = (scale, loss);
        }

        return best;
    }

    private double Loss(ByteScale scale)
    {
        double sum = 0;
        for (var bin = 0; bin < Bins; bin++)
        {
            if (counts[bin] == 0) continue;
            var x = (float)(minimum + (bin + 0.5) * width);
            var lost = (double)x - scale.Nearest(x);
            sum += counts[bin] * lost * lost;
        }

        return sum;
    }
}
