using System.Numerics;
using System.Runtime.CompilerServices;
using MIOpenDarts.Darts.Bilevel;
using MIOpenDarts.Darts.Evaluation.NasBench201;
using MIOpenDarts.Darts.Genotypes;
using MIOpenDarts.Darts.Relaxations;
using MIOpenDarts.Darts.Supernets;
using MIOpenDarts.Layers.Backends;
using MIOpenDarts.Layers.Modules;
using MIOpenDarts.Layers.Tensors;

namespace MIOpenDarts.Darts.Spaces;

/// <summary>
/// The over-parameterised network of NAS-Bench-201: its network with a mixture of operations on each of the six edges, one alpha
/// [6, candidates] for all cells. Cells are computed operation by operation.
/// </summary>
/// <typeparam name="T">float or double.</typeparam>
internal sealed class NasBench201Supernet<T> : ISupernet<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly NasBench201Network<T> network;
    private readonly List<MixedOp<T>> mixedOps = [];
    private readonly Storage mixing;

    /// <summary>Builds the network on a backend with zeroed parameters; see <see cref="Initialize"/>.</summary>
    /// <param name="backend">Where it lives.</param>
    /// <param name="shape">Sizes.</param>
    /// <param name="space">What edges choose from; all of the space, on all channels, if null.</param>
    /// <param name="relaxation">How alphas become weights; softmax if null.</param>
    /// <param name="dropPath">Whether operations can be dropped.</param>
    public NasBench201Supernet(
        Backend<T> backend, NasBench201Shape shape, SearchSpace? space = null, Relaxation<T>? relaxation = null, bool dropPath = false)
    {
        var cells = CellSpace.NasBench201;
        space ??= new SearchSpace(cells.Candidates) { Cells = cells };
        Architecture = new ArchitectureParameters<T>(cells.Topology.Edges, space, relaxation);
        network = new NasBench201Network<T>(
            backend, shape, (net, prefix, edge, channels) =>
            {
                mixedOps.Add(new MixedOp<T>(net.Parameters, $"{prefix}edges.{edge}.", channels, 1, Architecture, edge, dropPath));
                return mixedOps[^1];
            },
            space.EdgeNormalization ? new EdgeWeights<T>(Architecture.Mixing, Architecture.EdgeWeight(0)) : null);
        mixing = backend.Allocate(2 * (Architecture.Mixing.Capacity.Count + 32) * Unsafe.SizeOf<T>());
        Architecture.Bind(mixing);
        (Alphas, AlphaDiffs) = ([Architecture.Alphas], [Architecture.Diffs]);
        if (space.EdgeNormalization)
            (Alphas, AlphaDiffs) = ([.. Alphas, Architecture.Betas], [.. AlphaDiffs, Architecture.BetaDiffs]);
        Architectures = [Architecture];
    }

    /// <inheritdoc/>
    public Backend<T> Backend => network.Backend;

    /// <inheritdoc/>
    public ParameterSet<T> Parameters => network.Parameters;

    /// <summary>α of all cells.</summary>
    public ArchitectureParameters<T> Architecture { get; }

    /// <inheritdoc/>
    public IReadOnlyList<ArchitectureParameters<T>> Architectures { get; }

    /// <inheritdoc/>
    public IReadOnlyList<T[]> Alphas { get; }

    /// <inheritdoc/>
    public IReadOnlyList<T[]> AlphaDiffs { get; }

    /// <inheritdoc/>
    public IEnumerable<MixedOp<T>> MixedOps => mixedOps;

    /// <inheritdoc/>
    public long ActivationBytes => network.ActivationBytes;

    /// <inheritdoc/>
    public IReadOnlyList<Operation<T>> Operations => network.Operations;

    /// <inheritdoc/>
    public void Initialize(ulong seed)
    {
        Parameters.Initialize(seed);
        Architecture.Initialize(seed, 0);
    }

    /// <inheritdoc/>
    public void Plan(int batch) => network.Plan(batch);

    /// <inheritdoc/>
    public void SetDropPath(double probability)
    {
        foreach (var edge in mixedOps) edge.SetDropPath(probability);
    }

    /// <inheritdoc/>
    public void UseExpectation(bool means) => Architecture.Relaxation.UsesExpectation = means;

    /// <inheritdoc/>
    public void LoadBatch(ImageBatch<T> batch) => network.LoadBatch(batch);

    /// <inheritdoc/>
    public BatchResult Forward(in Pass pass)
    {
        Architecture.PushWeights(Backend, pass);
        return network.Forward(pass);
    }

    /// <inheritdoc/>
    public BatchResult Evaluate(ImageBatch<T> batch, in Pass pass)
    {
        LoadBatch(batch);
        var result = Forward(pass);
        network.Backward(pass);
        Architecture.PullDiffs(Backend);
        return result;
    }

    /// <summary>Frees everything.</summary>
    public void Dispose()
    {
        network.Dispose();
        mixing.Dispose();
    }
}
