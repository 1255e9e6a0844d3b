using MIOpenDarts.Layers.Randomness;

namespace MIOpenDarts.Darts.Tests.Compression.LowRank;

/// <summary>Matrices to decompose.</summary>
internal static class DrawnMatrix
{
    /// <summary>Normal numbers [rows, columns].</summary>
    public static double[,] Of(int rows, int columns, int key)
    {
        var random = new CounterRandom(8, RandomStream.Augmentation, 0, key);
        var matrix = new double[rows, columns];
        for (var i = 0; i < rows; i++)
            for (var j = 0; j < columns; j++) matrix[i, j] = random.NextNormal();
        return matrix;
    }

    /// <summary>Ones on the diagonal.</summary>
    public static double[,] Identity(int size)
    {
        var matrix = new double[size, size];
        for (var i = 0; i < size; i++) matrix[i, i] = 1;
        return matrix;
    }

    /// <summary>Row after row, in single precision.</summary>
    public static float[] Flat(double[,] matrix) => [.. matrix.Cast<double>().Select(x => (float)x)];
}
