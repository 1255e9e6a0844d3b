using MathNet.Numerics.LinearAlgebra;
using MIOpenDarts.Darts.Compression.LowRank;

namespace MIOpenDarts.Darts.Tests.Compression.LowRank;

/// <summary>Our singular values are those of another library.</summary>
public class SingularValueTests
{
    [Theory]
    [InlineData(1, 1)]
    [InlineData(5, 5)]
    [InlineData(12, 7)]
    [InlineData(7, 12)]
    [InlineData(36, 144)]
    public void Singular_values_equal_those_of_another_library(int rows, int columns)
    {
        var matrix = DrawnMatrix.Of(rows, columns, 1);
        var own = SingularValues.From(matrix);
        var expected = Matrix<double>.Build.DenseOfArray(matrix).Svd(computeVectors: false).S;
        Assert.Equal(expected.Count, own.Values.Length);
        for (var i = 0; i < expected.Count; i++) Assert.Equal(expected[i], own.Values[i], 1e-12 * expected[0]);
        // Uᵀ·U = 1 and the projection onto all of U changes nothing.
        for (var i = 0; i < own.Left.Length; i++)
            for (var j = 0; j < own.Left.Length; j++)
                Assert.Equal(i == j ? 1 : 0, own.Left[i].Zip(own.Left[j], (a, b) => a * b).Sum(), 1e-12);
    }
}
