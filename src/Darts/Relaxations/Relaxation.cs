using System.Numerics;
using MIOpenDarts.Layers.Modules;
using MIOpenDarts.Layers.Tensors;

namespace MIOpenDarts.Darts.Relaxations;

/// <summary>
/// How the architecture parameters of one kind of cell, alpha [edges, candidates], become the weights with which its edges mix their
/// operations, and how the gradient comes back.
/// </summary>
/// <typeparam name="T">float or double.</typeparam>
/// <param name="edges">Edges of a cell.</param>
/// <param name="candidates">Operations of an edge.</param>
internal abstract class Relaxation<T>(int edges, int candidates)
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>Edges of a cell.</summary>
    public int Edges => edges;

    /// <summary>Operations of an edge.</summary>
    public int Candidates => candidates;

    /// <summary>
    /// Whether <see cref="Forward"/> gives the expectation of the weights in place of a draw: it is smooth in alpha, so that the loss has
    /// a Hessian. What draws nothing is its own expectation.
    /// </summary>
    public bool UsesExpectation { get; set; }

    /// <summary>Standard deviation of the first alphas.</summary>
    public virtual double InitialDeviation => 1e-3;

    /// <summary>Whether a pass computes only some of the operations, see <see cref="IsActive"/>.</summary>
    public virtual bool IsSampled => false;

    /// <summary>
    /// Whether the last <see cref="Forward"/> gave operation edge · candidates + column a weight, so that it must be computed.
    /// </summary>
    public virtual bool IsActive(int path) => true;

    /// <summary>Whether operation edge · candidates + column can ever be computed again, so that it needs memory.</summary>
    public virtual bool IsAlive(int path) => true;

    /// <summary>Weights of a pass. A pass that is no training has no random draw.</summary>
    public abstract void Forward(ReadOnlySpan<T> alphas, Span<T> weights, in Pass pass);

    /// <summary>From the gradient in the weights of the last <see cref="Forward"/> to that in alpha.</summary>
    public abstract void Backward(ReadOnlySpan<T> alphas, ReadOnlySpan<T> weights, ReadOnlySpan<T> diffWeights, Span<T> diffAlphas);

    /// <summary>
    /// How strong each operation is when a genotype is read, and what reports show: softmax(α), where a relaxation says nothing else.
    /// </summary>
    public virtual void Scores(ReadOnlySpan<T> alphas, Span<T> scores)
    {
        for (var row = 0; row < Edges; row++) Softmax.Forward(Row(alphas, row), Row(scores, row));
    }

    /// <summary>
    /// Writes into a checkpoint what beside the alphas decides over the weights of a pass; nothing, where a relaxation says nothing else.
    /// </summary>
    /// <param name="writer">The checkpoint.</param>
    /// <param name="kind">Name of the kind of cells, which makes names in the file unique.</param>
    internal virtual void Save(SafetensorsWriter writer, string kind)
    {
    }

    /// <summary>Reads what <see cref="Save"/> wrote. It comes before the network is planned, which asks for what is alive.</summary>
    internal virtual void Load(SafetensorsFile file, string kind)
    {
    }

    private protected ReadOnlySpan<T> Row(ReadOnlySpan<T> values, int row) => values.Slice(row * candidates, candidates);

    private protected Span<T> Row(Span<T> values, int row) => values.Slice(row * candidates, candidates);
}
