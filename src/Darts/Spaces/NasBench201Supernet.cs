using System.Numerics;
using System.Runtime.CompilerServices;
using MIOpenDarts.Darts.Bilevel;
using MIOpenDarts.Darts.Genotypes;
using MIOpenDarts.Darts.Relaxations;
using MIOpenDarts.Darts.Supernets;
using MIOpenDarts.Layers.Backends;
using MIOpenDarts.Layers.Modules;
using MIOpenDarts.Layers.Tensors;

namespace MIOpenDarts.Darts.Spaces;

/// <summary>
/// The over-parameterised network of NAS-Bench-201: its network with a mixture of all five operations on each of the six edges, one alpha
/// [6,5] for all cells. Cells are computed operation by operation.
/// </summary>
/// <typeparam name="T">float or double.</typeparam>
internal sealed class NasBench201Supernet<T> : IBilevelModel<T>, IDisposable
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly NasBench201Network<T> network;
    private readonly Storage mixing;

    /// <summary>Builds the network on a backend with zeroed parameters; see <see cref="Initialize"/>.</summary>
    /// <param name="backend">Where it lives.</param>
    /// <param name="shape">Sizes.</param>
    /// <param name="relaxation">How alphas become weights; softmax if null.</param>
    public NasBench201Supernet(Backend<T> backend, NasBench201Shape shape, Relaxation<T>? relaxation = null)
    {
        var space = CellSpace.NasBench201;
        Architecture = new ArchitectureParameters<T>(space.Topology.Edges, new SearchSpace(space.Candidates, PoolNorm: false), relaxation);
        network = new NasBench201Network<T>(
            backend, shape, (net, prefix, edge, channels) => new MixedOp<T>(
                net.Parameters, $"{prefix}edges.{edge}.", channels, 1, Architecture, edge));
        mixing = backend.Allocate(2 * (Architecture.Mixing.Capacity.Count + 32) * Unsafe.SizeOf<T>());
        Architecture.Bind(mixing);
        (Alphas, AlphaDiffs) = ([Architecture.Alphas], [Architecture.Diffs]);
    }

    /// <inheritdoc/>
    public Backend<T> Backend => network.Backend;

    /// <inheritdoc/>
    public ParameterSet<T> Parameters => network.Parameters;

    /// <summary>α of all cells.</summary>
    public ArchitectureParameters<T> Architecture { get; }

    /// <inheritdoc/>
    public IReadOnlyList<T[]> Alphas { get; }

    /// <inheritdoc/>
    public IReadOnlyList<T[]> AlphaDiffs { get; }

    /// <summary>Draws weights and alphas.</summary>
    public void Initialize(ulong seed)
    {
        Parameters.Initialize(seed);
        Architecture.Initialize(seed, 0);
    }

    /// <summary>Allocates the memory of steps with at most <paramref name="batch"/> images.</summary>
    public void Plan(int batch) => network.Plan(batch);

    /// <inheritdoc/>
    public BatchResult Evaluate(ImageBatch<T> batch, in Pass pass)
    {
        Architecture.PushWeights(Backend, pass);
        network.LoadBatch(batch.Images, batch.Labels);
        var result = network.Forward(pass);
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
