using System.Numerics;
using MIOpenDarts.Darts.Genotypes;
using MIOpenDarts.Layers.Backends;
using MIOpenDarts.Layers.Random;
using MIOpenDarts.Layers.Tensors;

namespace MIOpenDarts.Darts.Supernets;

/// <summary>
/// The alphas of one kind of cell: [edges, primitives] on the host, their softmax as mixing weights on the backend. A step uploads
/// the weights and downloads their gradient; nothing else of the architecture crosses.
/// </summary>
/// <typeparam name="T">float or double.</typeparam>
public sealed class ArchitectureParameters<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly T[] weights;
    private readonly T[] diffWeights;
    private readonly T[] zeros;
    private readonly int columns = Primitives.SearchSpace.Count;

    /// <summary>Zero alphas for <paramref name="edges"/> edges.</summary>
    public ArchitectureParameters(int edges)
    {
        Edges = edges;
        Alphas = new T[edges * columns];
        Diffs = new T[edges * columns];
        weights = new T[edges * columns];
        diffWeights = new T[edges * columns];
        zeros = new T[edges * columns];
        Mixing = new Tensor<T>("mixing weights", Shape.Vector(edges * columns))
        {
            Diff = new Tensor<T>("d mixing weights", Shape.Vector(edges * columns)),
        };
    }

    /// <summary>Edges of a cell.</summary>
    public int Edges { get; }

    /// <summary>α, row by edge, column by primitive.</summary>
    public T[] Alphas { get; }

    /// <summary>Gradient of the loss in α after <see cref="PullDiffs"/>.</summary>
    public T[] Diffs { get; }

    /// <summary>softmax(α) row by row, as of the last <see cref="PushWeights"/>.</summary>
    public ReadOnlySpan<T> Weights => weights;

    /// <summary>The weights on the backend, with their gradient.</summary>
    public Tensor<T> Mixing { get; }

    /// <summary>Draws 1e-3 · N(0, 1), in single precision on every backend.</summary>
    public void Initialize(ulong seed, int kind)
    {
        var random = new CounterRandom(seed, RandomStream.Alphas, 0, kind);
        for (var i = 0; i < Alphas.Length; i++) Alphas[i] = T.CreateChecked((float)(1e-3 * random.NextNormal()));
    }

    /// <summary>Binds the device vectors to a storage of 2 · count elements.</summary>
    public void Bind(Storage storage)
    {
        Mixing.Bind(storage.Address);
        Mixing.Diff!.Bind(storage.Address + (nint)(storage.Bytes / 2));
    }

    /// <summary>Computes softmax(α), uploads it and clears its gradient.</summary>
    public void PushWeights(Backend<T> backend)
    {
        Softmax(Alphas, weights);
        backend.Upload<T>(weights, Mixing);
        backend.Upload<T>(zeros, Mixing.Diff!);
    }

    /// <summary>Downloads the weights' gradient and takes it through the softmax: dα_k = w_k · (dw_k − Σ_j w_j·dw_j).</summary>
    public void PullDiffs(Backend<T> backend)
    {
        backend.Download(Mixing.Diff!, diffWeights.AsSpan());
        for (var row = 0; row < Edges; row++)
        {
            var dot = T.Zero;
            for (var k = 0; k < columns; k++) dot += weights[row * columns + k] * diffWeights[row * columns + k];
            for (var k = 0; k < columns; k++) Diffs[row * columns + k] = weights[row * columns + k] * (diffWeights[row * columns + k] - dot);
        }
    }

    /// <summary>softmax of each row of <paramref name="alphas"/>.</summary>
    public void Softmax(ReadOnlySpan<T> alphas, Span<T> destination)
    {
        for (var row = 0; row < Edges; row++)
        {
            var x = alphas.Slice(row * columns, columns);
            var y = destination.Slice(row * columns, columns);
            var largest = x[0];
            foreach (var value in x) largest = T.Max(largest, value);
            var sum = T.Zero;
            for (var k = 0; k < columns; k++) sum += y[k] = T.Exp(x[k] - largest);
            for (var k = 0; k < columns; k++) y[k] /= sum;
        }
    }
}
