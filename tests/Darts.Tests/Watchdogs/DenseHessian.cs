using MIOpenDarts.Darts.Bilevel;
using MIOpenDarts.Layers.Modules;

namespace MIOpenDarts.Darts.Tests.Watchdogs;

/// <summary>
/// The Hessian of a loss in all alphas, column by column from central differences of the gradient, and its eigenvalues by Jacobi rotations.
/// </summary>
internal static class DenseHessian
{
    private const double Step = 1e-5;

    /// <summary>The largest eigenvalue.</summary>
    public static double Largest(IBilevelModel<double> model, ImageBatch<double> batch, in Pass pass)
    {
        var places = model.Alphas.SelectMany(vector => Enumerable.Range(0, vector.Length).Select(i => (vector, i))).ToArray();
        var hessian = new double[places.Length, places.Length];
        for (var column = 0; column < places.Length; column++)
        {
            var (vector, i) = places[column];
            var alpha = vector[i];
            foreach (var side in new[] { 1, -1 })
            {
                vector[i] = alpha + side * Step;
                model.Evaluate(batch, pass);
                var row = 0;
                foreach (var diff in model.AlphaDiffs.SelectMany(diffs => diffs))
                {
                    // Half into the element and half into its mirror image: the result is symmetric.
                    hessian[row, column] += side * diff / (4 * Step);
                    hessian[column, row++] += side * diff / (4 * Step);
                }
            }

            vector[i] = alpha;
        }

        return Eigenvalues(hessian).Max();
    }

    private static double[] Eigenvalues(double[,] a)
    {
        var n = a.GetLength(0);
        for (var sweep = 0; sweep < 30; sweep++)
            for (var p = 0; p < n; p++)
                for (var q = p + 1; q < n; q++)
                {
                    if (Math.Abs(a[p, q]) < 1e-15) continue;
                    var theta = 0.5 * Math.Atan2(2 * a[p, q], a[q, q] - a[p, p]);
                    var (s, c) = Math.SinCos(theta);
                    for (var k = 0; k < n; k++) (a[k, p], a[k, q]) = (c * a[k, p] - s * a[k, q], s * a[k, p] + c * a[k, q]);
                    for (var k = 0; k < n; k++) (a[p, k], a[q, k]) = (c * a[p, k] - s * a[q, k], s * a[p, k] + c * a[q, k]);
                }

        return [.. Enumerable.Range(0, n).Select(i => a[i, i])];
    }
}
