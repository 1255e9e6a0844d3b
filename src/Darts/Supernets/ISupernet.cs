using System.Numerics;
using MIOpenDarts.Darts.Bilevel;
using MIOpenDarts.Layers.Backends;
using MIOpenDarts.Layers.Modules;

namespace MIOpenDarts.Darts.Supernets;

/// <summary>The over-parameterised network of a search, whatever the skeleton that its cells are put together in.</summary>
/// <typeparam name="T">float or double.</typeparam>
internal interface ISupernet<T> : IBilevelModel<T>, IDisposable
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>Architecture parameters of each kind of cells, in the order of the space.</summary>
    IReadOnlyList<ArchitectureParameters<T>> Architectures { get; }

    /// <summary>The edges of all cells, cell by cell.</summary>
    IEnumerable<MixedOp<T>> MixedOps { get; }

    /// <summary>Bytes of activations, known once planned.</summary>
    long ActivationBytes { get; }

    /// <summary>The backend's prepared operations, once planned.</summary>
    IReadOnlyList<Operation<T>> Operations { get; }

    /// <summary>Draws weights and alphas.</summary>
    void Initialize(ulong seed);

    /// <summary>Lays out and allocates the memory of steps with at most <paramref name="batch"/> images.</summary>
    void Plan(int batch);

    /// <summary>Sets the drop-path probability of a network that was built for it.</summary>
    void SetDropPath(double probability);

    /// <summary>Lets all cells mix by the expectation of their weights instead of a draw, or draw again.</summary>
    void UseExpectation(bool means);

    /// <summary>Copies a batch in: images in N, C, H, W order, normalised.</summary>
    /// <exception cref="InvalidOperationException">The network is not planned.</exception>
    void LoadBatch(ImageBatch<T> batch);

    /// <summary>Logits and loss of the loaded batch; in training also the loss's gradient in the logits.</summary>
    BatchResult Forward(in Pass pass);
}
