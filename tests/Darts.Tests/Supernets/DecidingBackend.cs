using MIOpenDarts.Layers.Backends;
using MIOpenDarts.Layers.Backends.Reference;
using MIOpenDarts.Layers.Tensors;

namespace MIOpenDarts.Darts.Tests.Supernets;

/// <summary>
/// The reference in double, which notes each ReLU and each maximum that rounding in single precision may decide otherwise, and can decide
/// one of them otherwise itself.
/// </summary>
internal sealed class DecidingBackend : ReferenceBackend<double>
{
    /// <summary>
    /// The decisions within reach, by the value before the ReLU or by the largest of the window, with their distance to the other side.
    /// </summary>
    public Dictionary<double, double> Near { get; } = [];

    /// <summary>The decision that falls the other way, as <see cref="Near"/> has it; null for none.</summary>
    public double? Other { get; set; }

    public override void ReluForward(Tensor<double> src, Tensor<double> dst)
    {
        var x = Read(src);
        foreach (var value in x) Note(value, Math.Abs(value));
        base.ReluForward(src, dst);
        // What passes though it is negative must still be seen to have passed on the way back.
        if (Array.IndexOf(x, Other ?? double.NaN) is var at and >= 0)
        {
            var y = Read(dst);
            y[at] = x[at] > 0 ? 0 : 1e-300;
            Upload<double>(y, dst);
        }
    }

    public override void MaxPoolForward(Tensor<double> src, Tensor<double> dst, Tensor<byte> indices, Window2D window)
    {
        base.MaxPoolForward(src, dst, indices, window);
        var (x, y, taps, from, to) = (Read(src), Read(dst), new byte[indices.Shape.Count], src.Shape, dst.Shape);
        Download(indices, taps.AsSpan());
        for (var i = 0; i < y.Length; i++)
        {
            var (plane, h, w) = (i / to.Pixels, i / to.W % to.H * window.StrideH - window.PaddingH,
                i % to.W * window.StrideW - window.PaddingW);
            var (second, tap) = (double.NegativeInfinity, 0);
            for (var k = 0; k < window.Taps; k++)
            {
                var (row, column) = (h + k / window.KernelW, w + k % window.KernelW);
                if (k == taps[i] || row < 0 || row >= from.H || column < 0 || column >= from.W) continue;
                var value = x[(plane * from.H + row) * from.W + column];
                if (value > second) (second, tap) = (value, k);
            }

            Note(y[i], y[i] - second);
            // The same largest value may stand in windows without the second, where nothing is near.
            if (y[i] == Other && y[i] - second < KinkBackend.Safe) (y[i], taps[i]) = (second, (byte)tap);
        }

        Upload<double>(y, dst);
        Upload<byte>(taps, indices);
    }

    private void Note(double value, double distance)
    {
        if (distance > 0 && distance < KinkBackend.Safe) Near[value] = distance;
    }

    private double[] Read(Tensor<double> tensor)
    {
        var values = new double[tensor.Shape.Count];
        Download(tensor, values.AsSpan());
        return values;
    }
}
