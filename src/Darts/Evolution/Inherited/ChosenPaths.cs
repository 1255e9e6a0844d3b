using System.Numerics;
using MIOpenDarts.Darts.Genotypes;
using MIOpenDarts.Darts.Relaxations;
using MIOpenDarts.Layers.Modules;

namespace MIOpenDarts.Darts.Evolution.Inherited;

/// <summary>
/// Weights that are not relaxed: one for the operations of a genotype's edges, zero for all others, which are not computed. Alphas have no
/// part in it and no gradient.
/// </summary>
/// <typeparam name="T">float or double.</typeparam>
/// <param name="topology">How cells are wired.</param>
/// <param name="candidates">Operation of each column.</param>
internal sealed class ChosenPaths<T>(CellTopology topology, IReadOnlyList<Primitive> candidates)
    : Relaxation<T>(topology.Edges, candidates.Count)
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly bool[] chosen = new bool[topology.Edges * candidates.Count];

    /// <inheritdoc/>
    public override bool IsSampled => true;

    /// <inheritdoc/>
    public override bool IsActive(int path) => chosen[path];

    /// <summary>Takes the operations of a cell.</summary>
    public void Choose(GenotypeCell cell)
    {
        Array.Clear(chosen);
        foreach (var (target, edge) in cell.Edges)
        {
            var column = candidates.TakeWhile(primitive => primitive != edge.Operation).Count();
            chosen[(topology.FirstEdge(target - topology.Inputs) + edge.Source) * candidates.Count + column] = true;
        }
    }

    /// <inheritdoc/>
    public override void Forward(ReadOnlySpan<T> alphas, Span<T> weights, in Pass pass)
    {
        for (var path = 0; path < chosen.Length; path++) weights[path] = chosen[path] ? T.One : T.Zero;
    }

    /// <inheritdoc/>
    public override void Backward(ReadOnlySpan<T> alphas, ReadOnlySpan<T> weights, ReadOnlySpan<T> diffWeights, Span<T> diffAlphas) =>
        diffAlphas.Clear();
}
