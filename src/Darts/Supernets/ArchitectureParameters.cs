using System.Numerics;
using MIOpenDarts.Darts.Genotypes;
using MIOpenDarts.Darts.Relaxations;
using MIOpenDarts.Layers.Backends;
using MIOpenDarts.Layers.Modules;
using MIOpenDarts.Layers.Randomness;
using MIOpenDarts.Layers.Tensors;

namespace MIOpenDarts.Darts.Supernets;

/// <summary>
/// The architecture parameters of one kind of cell, on the host: alpha [edges, candidates] and, with edge normalisation, beta [edges].
/// Their relaxation is the vector of mixing weights on the backend. A step uploads the weights and downloads their gradient; nothing
/// else of the architecture crosses.
/// </summary>
/// <remarks>
/// The vector holds the weights of operations, where edges have weights those too (with partial channels but no edge normalisation all
/// are one), and with edge normalisation the products of both: the textbook form reads the first two, the shared form, which scales
/// once, the last two.
/// </remarks>
/// <typeparam name="T">float or double.</typeparam>
internal sealed class ArchitectureParameters<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly T[] mixing;
    private readonly T[] diffMixing;
    private readonly T[] zeros;
    private readonly int columns;
    private readonly int paths;

    /// <summary>Zero alphas for <paramref name="edges"/> edges.</summary>
    /// <param name="edges">Edges of a cell.</param>
    /// <param name="space">What they choose from; that of DARTS if null.</param>
    /// <param name="relaxation">How alphas become weights; softmax if null.</param>
    public ArchitectureParameters(int edges, SearchSpace? space = null, Relaxation<T>? relaxation = null)
    {
        Space = space ?? SearchSpace.Darts;
        (Edges, columns) = (edges, Space.Candidates.Count);
        paths = edges * columns;
        Relaxation = relaxation ?? new SoftmaxRelaxation<T>(edges, columns);
        (Alphas, Diffs) = (new T[paths], new T[paths]);
        if (Space.EdgeNormalization) (Betas, BetaDiffs) = (new T[edges], new T[edges]);
        var count = Space.EdgeNormalization ? 2 * paths + edges : Space.PartialChannels > 1 ? paths + edges : paths;
        (mixing, diffMixing, zeros) = (new T[count], new T[count], new T[count]);
        mixing.AsSpan(paths).Fill(T.One);
        Mixing = new Tensor<T>("mixing weights", Shape.Vector(count)) { Diff = new Tensor<T>("d mixing weights", Shape.Vector(count)) };
    }

    /// <summary>Edges of a cell.</summary>
    public int Edges { get; }

    /// <summary>What they choose from.</summary>
    public SearchSpace Space { get; }

    /// <summary>How alphas become weights.</summary>
    public Relaxation<T> Relaxation { get; }

    /// <summary>α, row by edge, column by candidate.</summary>
    public T[] Alphas { get; }

    /// <summary>Gradient of the loss in α after <see cref="PullDiffs"/>.</summary>
    public T[] Diffs { get; }

    /// <summary>β, one for each edge; empty without edge normalisation.</summary>
    public T[] Betas { get; } = [];

    /// <summary>Gradient of the loss in β after <see cref="PullDiffs"/>.</summary>
    public T[] BetaDiffs { get; } = [];

    /// <summary>The weights on the backend, with their gradient.</summary>
    public Tensor<T> Mixing { get; }

    /// <summary>Index of an operation of an edge: that of its weight, and of its path through the cell.</summary>
    public int Path(int edge, Primitive primitive) => edge * columns + Column(primitive);

    /// <summary>Index of the weight of an edge.</summary>
    public int EdgeWeight(int edge) => paths + edge;

    /// <summary>Index of the weight with which a path enters its node: that of its operation, times that of its edge.</summary>
    public int NodeWeight(int path) => Space.EdgeNormalization ? paths + Edges + path : path;

    /// <summary>Draws first alphas and betas, in single precision on every backend.</summary>
    public void Initialize(ulong seed, int kind)
    {
        FirstAlphas(seed, kind).CopyTo(Alphas, 0);
        Draw(Betas, new CounterRandom(seed, RandomStream.Alphas, 0, kind + 2), 1e-3);
    }

    /// <summary>The alphas that <see cref="Initialize"/> draws.</summary>
    public T[] FirstAlphas(ulong seed, int kind)
    {
        var alphas = new T[paths];
        Draw(alphas, new CounterRandom(seed, RandomStream.Alphas, 0, kind), Relaxation.InitialDeviation);
        return alphas;
    }

    /// <summary>Binds the device vectors to a storage of twice <see cref="Mixing"/>'s length.</summary>
    public void Bind(Storage storage)
    {
        Mixing.Bind(storage.Address);
        Mixing.Diff!.Bind(storage.Address + (nint)(storage.Bytes / 2));
    }

    /// <summary>Computes the weights of a pass, uploads them and clears their gradient.</summary>
    public void PushWeights(Backend<T> backend, in Pass pass)
    {
        Relaxation.Forward(Alphas, mixing.AsSpan(0, paths), pass);
        if (Space.EdgeNormalization)
        {
            EdgeWeights(mixing.AsSpan(paths, Edges));
            for (var path = 0; path < paths; path++) mixing[NodeWeight(path)] = mixing[path] * mixing[EdgeWeight(path / columns)];
        }

        backend.Upload<T>(mixing, Mixing);
        backend.Upload<T>(zeros, Mixing.Diff!);
    }

    /// <summary>Downloads the weights' gradient and takes it back to <see cref="Diffs"/> and <see cref="BetaDiffs"/>.</summary>
    public void PullDiffs(Backend<T> backend)
    {
        backend.Download(Mixing.Diff!, diffMixing.AsSpan());
        if (Space.EdgeNormalization)
        {
            for (var path = 0; path < paths; path++)
            {
                var (edge, product) = (EdgeWeight(path / columns), diffMixing[NodeWeight(path)]);
                diffMixing[edge] += product * mixing[path];
                diffMixing[path] += product * mixing[edge];
            }

            for (int sources = Space.Cells.Topology.Inputs, first = 0; first < Edges; first += sources++)
            {
                var at = paths + first;
                Softmax.Backward<T>(mixing.AsSpan(at, sources), diffMixing.AsSpan(at, sources), BetaDiffs.AsSpan(first, sources));
            }
        }

        Relaxation.Backward(Alphas, mixing.AsSpan(0, paths), diffMixing.AsSpan(0, paths), Diffs);
    }

    /// <summary>
    /// How strong each operation of each edge is when a genotype is read: the relaxation's strength times the edge's weight.
    /// </summary>
    public T[] Scores()
    {
        var scores = new T[paths];
        Relaxation.Scores(Alphas, scores);
        if (!Space.EdgeNormalization) return scores;
        var edges = new T[Edges];
        EdgeWeights(edges);
        for (var path = 0; path < paths; path++) scores[path] *= edges[path / columns];
        return scores;
    }

    // softmax(β) over the edges into each node.
    private void EdgeWeights(Span<T> weights)
    {
        for (int sources = Space.Cells.Topology.Inputs, first = 0; first < Edges; first += sources++)
            Softmax.Forward<T>(Betas.AsSpan(first, sources), weights.Slice(first, sources));
    }

    private int Column(Primitive primitive)
    {
        for (var k = 0; k < columns; k++)
            if (Space.Candidates[k] == primitive) return k;
        throw new ArgumentException($"{primitive.Name} is no candidate of this search.", nameof(primitive));
    }

    private static void Draw(T[] values, CounterRandom random, double deviation)
    {
        for (var i = 0; i < values.Length; i++) values[i] = T.CreateChecked((float)(deviation * random.NextNormal()));
    }
}
