using System.Numerics;
using MIOpenDarts.Darts.Bilevel;
using MIOpenDarts.Darts.Relaxations;

namespace MIOpenDarts.Darts.Algorithms.DrNas;

/// <summary>
/// The regulariser of DrNAS (Chen et al. 2021, section 3.2): weight · Σ KL(Dirichlet(elu(α) + 1) ‖ Dirichlet(1)) over all edges.
/// </summary>
/// <param name="weight">1e-3 in the official code, where it stands in place of the alphas' weight decay.</param>
/// <param name="candidates">Operations of an edge.</param>
/// <param name="kinds">Kinds of cells: weights of edges stand after their alphas.</param>
internal sealed class DivergencePenalty(double weight, int candidates, int kinds) : IAlphaPenalty
{
    /// <inheritdoc/>
    public double AddGradient<T>(IReadOnlyList<T[]> alphas, IReadOnlyList<T[]> diffs)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Span<double> concentrations = stackalloc double[candidates];
        Span<double> gradient = stackalloc double[candidates];
        double sum = 0;
        for (var kind = 0; kind < kinds; kind++)
        {
            for (var first = 0; first < alphas[kind].Length; first += candidates)
            {
                for (var k = 0; k < candidates; k++)
                    concentrations[k] = Dirichlet.Concentration(double.CreateChecked(alphas[kind][first + k]));
                sum += Dirichlet.Divergence(concentrations);
                Dirichlet.DivergenceGradient(concentrations, gradient);
                for (var k = 0; k < candidates; k++)
                    diffs[kind][first + k] += T.CreateChecked(
                        weight * gradient[k] * Dirichlet.ConcentrationSlope(double.CreateChecked(alphas[kind][first + k])));
            }
        }

        return weight * sum;
    }
}
