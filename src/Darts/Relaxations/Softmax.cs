using System.Numerics;

namespace MIOpenDarts.Darts.Relaxations;

/// <summary>softmax of one row of numbers, and its gradient.</summary>
internal static class Softmax
{
    /// <summary>y_k = exp(x_k) / Σ_j exp(x_j).</summary>
    public static void Forward<T>(ReadOnlySpan<T> x, Span<T> y)
        where T : IBinaryFloatingPointIeee754<T>
    {
        var largest = x[0];
        foreach (var value in x) largest = T.Max(largest, value);
        var sum = T.Zero;
        for (var k = 0; k < x.Length; k++) sum += y[k] = T.Exp(x[k] - largest);
        for (var k = 0; k < x.Length; k++) y[k] /= sum;
    }

    /// <summary>dx_k = y_k · (dy_k − Σ_j y_j·dy_j).</summary>
    public static void Backward<T>(ReadOnlySpan<T> y, ReadOnlySpan<T> dy, Span<T> dx)
        where T : IBinaryFloatingPointIeee754<T>
    {
        var dot = T.Zero;
        for (var k = 0; k < y.Length; k++) dot += y[k] * dy[k];
        for (var k = 0; k < y.Length; k++) dx[k] = y[k] * (dy[k] - dot);
    }
}
