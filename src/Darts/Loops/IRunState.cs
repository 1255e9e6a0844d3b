using MIOpenDarts.Darts.Data;
using MIOpenDarts.Layers.Backends;
using MIOpenDarts.Layers.Optimisers;
using MIOpenDarts.Layers.Tensors;

namespace MIOpenDarts.Darts.Loops;

/// <summary>What every run learns: the weights of a network, with their optimiser.</summary>
internal interface IRunState
{
    /// <summary>Where it computes.</summary>
    Backend<float> Backend { get; }

    /// <summary>Weights and statistics.</summary>
    ParameterSet<float> Parameters { get; }

    /// <summary>Optimiser of the weights.</summary>
    Sgd<float> Sgd { get; }

    /// <summary>The vectors of architecture parameters; none where there are none.</summary>
    IReadOnlyList<float[]> Alphas { get; }

    /// <summary>Fingerprint of the images that it learns from; null where no checkpoint is kept.</summary>
    DataFingerprint? Data { get; }
}
