using System.Numerics;
using MIOpenDarts.Layers.Modules;

namespace MIOpenDarts.Darts.Relaxations;

/// <summary>softmax(α) of each edge: eq. (2) of the DARTS paper.</summary>
/// <typeparam name="T">float or double.</typeparam>
/// <param name="edges">Edges of a cell.</param>
/// <param name="candidates">Operations of an edge.</param>
internal sealed class SoftmaxRelaxation<T>(int edges, int candidates) : Relaxation<T>(edges, candidates)
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <inheritdoc/>
    public override void Forward(ReadOnlySpan<T> alphas, Span<T> weights, in Pass pass) => Scores(alphas, weights);

    /// <inheritdoc/>
    public override void Backward(ReadOnlySpan<T> alphas, ReadOnlySpan<T> weights, ReadOnlySpan<T> diffWeights, Span<T> diffAlphas)
    {
        for (var row = 0; row < Edges; row++) Softmax.Backward(Row(weights, row), Row(diffWeights, row), Row(diffAlphas, row));
    }
}
