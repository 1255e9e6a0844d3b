using MIOpenDarts.Layers.Backends;

namespace MIOpenDarts.Darts.Options;

/// <summary>What the options of all kinds of runs have in common.</summary>
public interface IRunOptions
{
    /// <summary>Name of the data set, or the folder that it lies in.</summary>
    string Data { get; }

    /// <summary>Where it computes: a name that <see cref="BackendChoice"/> knows.</summary>
    string Backend { get; }

    /// <summary>Threads of a managed backend; 0 for one per processor.</summary>
    int Threads { get; }

    /// <summary>On a GPU, only solutions that give the same sums in every run.</summary>
    bool Deterministic { get; }

    /// <summary>Passes over the training images.</summary>
    int Epochs { get; }

    /// <summary>Checkpoints kept before the oldest is replaced.</summary>
    int CheckpointRing { get; }
}
