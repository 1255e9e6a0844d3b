using MIOpenDarts.Layers.Backends;
using MIOpenDarts.Layers.Backends.Reference;
using MIOpenDarts.Layers.Tensors;

namespace MIOpenDarts.Darts.Tests.Supernets;

/// <summary>
/// The reference in double, which notes how near values come to where a gradient jumps: to zero before a ReLU, or to another value of the
/// same window of a max pool. Nearer than rounding reaches, single and double precision may take different sides.
/// </summary>
internal sealed class KinkBackend : ReferenceBackend<double>
{
    /// <summary>
    /// How many roundings single precision may be away: some 150 operations of a supernet follow one another, each of which rounds its
    /// results; eight standard deviations.
    /// </summary>
    public static readonly double Roundings = 8 * Math.Sqrt(150);

    /// <summary>
    /// So many roundings of values near one. Tests of single precision draw other numbers where the reference comes nearer.
    /// </summary>
    public static readonly double Safe = Roundings / (1 << 24);

    /// <summary>The smallest distance so far. Exact zeros and exact ties are the same in either precision.</summary>
    public double Margin { get; set; } = double.PositiveInfinity;

    public override void ReluForward(Tensor<double> src, Tensor<double> dst)
    {
        foreach (var value in Read(src)) Note(Math.Abs(value));
        base.ReluForward(src, dst);
    }

    public override void MaxPoolForward(Tensor<double> src, Tensor<double> dst, Tensor<byte> indices, Window2D window)
    {
        var (x, from, to) = (Read(src), src.Shape, dst.Shape);
        for (var i = 0; i < to.Count; i++)
        {
            var (plane, h, w) = (i / to.Pixels, i / to.W % to.H * window.StrideH - window.PaddingH,
                i % to.W * window.StrideW - window.PaddingW);
            var (largest, second) = (double.NegativeInfinity, double.NegativeInfinity);
            for (var y = Math.Max(h, 0); y < Math.Min(h + window.KernelH, from.H); y++)
                for (var column = Math.Max(w, 0); column < Math.Min(w + window.KernelW, from.W); column++)
                {
                    var value = x[(plane * from.H + y) * from.W + column];
                    second = Math.Max(second, Math.Min(largest, value));
                    largest = Math.Max(largest, value);
                }

            Note(largest - second);
        }

        base.MaxPoolForward(src, dst, indices, window);
    }

    private void Note(double distance)
    {
        if (distance > 0) Margin = Math.Min(Margin, distance);
    }

    private double[] Read(Tensor<double> tensor)
    {
        var values = new double[tensor.Shape.Count];
        Download(tensor, values.AsSpan());
        return values;
    }
}
