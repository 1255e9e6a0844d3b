using System.Buffers.Binary;

namespace MIOpenDarts.Darts.Export;

/// <summary>The message <c>HistogramProto</c> of TensorBoard.</summary>
internal static class TensorBoardHistogram
{
    private const int Buckets = 30;

    /// <summary>Counts values in buckets of equal width; those that are not numbers are left out.</summary>
    public static ProtoWriter Of(IEnumerable<double> values)
    {
        double[] finite = [.. values.Where(double.IsFinite)];
        var (least, most) = finite.Length == 0 ? (0, 0) : (finite.Min(), finite.Max());
        var width = (most - least) / Buckets;
        var (limits, counts) = (new double[Buckets], new double[Buckets]);
        // The last bucket ends at the largest value whatever the rounding.
        for (var i = 0; i < Buckets; i++) limits[i] = i == Buckets - 1 ? most : least + (i + 1) * width;
        foreach (var value in finite) counts[Array.FindIndex(limits, limit => value <= limit)]++;
        return new ProtoWriter().Add(1, least).Add(2, most).Add(3, (double)finite.Length).Add(4, finite.Sum()).Add(
            5, finite.Sum(v => v * v))
            .Add(6, Packed(limits)).Add(7, Packed(counts));
    }

    private static ReadOnlySpan<byte> Packed(double[] values)
    {
        var bytes = new byte[values.Length * sizeof(double)];
        for (var i = 0; i < values.Length; i++) BinaryPrimitives.WriteDoubleLittleEndian(bytes.AsSpan(i * sizeof(double)), values[i]);
        return bytes;
    }
}
