using System.Numerics;
using MIOpenDarts.Darts.Bilevel;
using MIOpenDarts.Darts.Relaxations;

namespace MIOpenDarts.Darts.Algorithms.FairDarts;

/// <summary>
/// The zero-one loss of Fair DARTS (Chu et al. 2020, eq. 4): −weight · mean (σ(α) − ½)², or −weight · mean |σ(α) − ½|, over the alphas of
/// all cells. The first has no gradient at σ = ½, where the search starts; the second has the sign's, which is taken as zero there.
/// </summary>
/// <param name="weight">10 in the official code.</param>
/// <param name="absolute">The second form.</param>
/// <param name="kinds">Kinds of cells.</param>
internal sealed class ZeroOnePenalty(double weight, bool absolute, int kinds) : IAlphaPenalty
{
    /// <inheritdoc/>
    public double AddGradient<T>(IReadOnlyList<T[]> alphas, IReadOnlyList<T[]> diffs)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        double sum = 0;
        // Edge weights of a search that has them as well stand after the vectors of alphas, and are no sigmoids.
        var count = 0;
        for (var kind = 0; kind < kinds; kind++) count += alphas[kind].Length;
        for (var kind = 0; kind < kinds; kind++)
        {
            for (var i = 0; i < alphas[kind].Length; i++)
            {
                var sigmoid = 1 / (1 + Math.Exp(-double.CreateChecked(alphas[kind][i])));
                var distance = sigmoid - 0.5;
                sum += absolute ? Math.Abs(distance) : distance * distance;
                var slope = absolute ? Math.Sign(distance) : 2 * distance;
                diffs[kind][i] -= T.CreateChecked(weight / count * slope * sigmoid * (1 - sigmoid));
            }
        }

        return -weight / count * sum;
    }
}
