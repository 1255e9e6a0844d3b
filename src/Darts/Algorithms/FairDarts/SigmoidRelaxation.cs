using System.Numerics;
using MIOpenDarts.Darts.Relaxations;
using MIOpenDarts.Layers.Modules;

namespace MIOpenDarts.Darts.Algorithms.FairDarts;

/// <summary>
/// σ(α) of each operation by itself, so that operations of an edge do not compete (Chu et al. 2020, section 4.1). Alphas start at zero,
/// weights at one half.
/// </summary>
/// <typeparam name="T">float or double.</typeparam>
/// <param name="edges">Edges of a cell.</param>
/// <param name="candidates">Operations of an edge.</param>
internal sealed class SigmoidRelaxation<T>(int edges, int candidates) : Relaxation<T>(edges, candidates)
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <inheritdoc/>
    public override double InitialDeviation => 0;

    /// <inheritdoc/>
    public override void Forward(ReadOnlySpan<T> alphas, Span<T> weights, in Pass pass) => Scores(alphas, weights);

    /// <inheritdoc/>
    public override void Backward(ReadOnlySpan<T> alphas, ReadOnlySpan<T> weights, ReadOnlySpan<T> diffWeights, Span<T> diffAlphas)
    {
        for (var i = 0; i < weights.Length; i++) diffAlphas[i] = diffWeights[i] * weights[i] * (T.One - weights[i]);
    }

    /// <inheritdoc/>
    public override void Scores(ReadOnlySpan<T> alphas, Span<T> scores)
    {
        for (var i = 0; i < alphas.Length; i++) scores[i] = T.One / (T.One + T.Exp(-alphas[i]));
    }
}
