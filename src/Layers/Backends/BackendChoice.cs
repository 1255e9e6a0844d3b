using MIOpenDarts.Interop.Devices;
using MIOpenDarts.Interop.Loading;
using MIOpenDarts.Layers.Backends.Cpu;
using MIOpenDarts.Layers.Backends.MIOpen;
using MIOpenDarts.Layers.Backends.Reference;

namespace MIOpenDarts.Layers.Backends;

/// <summary>Makes a backend from the name a user types.</summary>
public static class BackendChoice
{
    /// <summary>Names that <see cref="Create"/> knows.</summary>
    public static IReadOnlyList<string> Names { get; } = ["auto", "hip", "cpu", "reference"];

    /// <summary>
    /// The backend called <paramref name="name"/>: <c>hip</c> or <c>hip:n</c> (the n-th AMD GPU), <c>cpu</c> (SIMD), <c>reference</c> (plain
    /// loops), or <c>auto</c> (the first GPU if there is one that can be used, else <c>cpu</c>).
    /// </summary>
    /// <param name="name">One of <see cref="Names"/>.</param>
    /// <param name="threads">Threads of <c>cpu</c>; 0 for one for each processor.</param>
    /// <param name="deterministic">Whether <c>hip</c> gives the same bits in every run; the others always do.</param>
    /// <exception cref="BackendUnavailableException">The name is unknown, or the backend cannot run here; the message says what can.</exception>
    public static Backend<float> Create(string name, int threads = 0, bool deterministic = true) => name switch
    {
        "auto" => HipDevice.All.Count > 0 && Rocm.IsAvailable(RocmLibrary.HipRtc) ? MIOpenBackend.Create(0, deterministic) : CpuBackend.Create(threads),
        "cpu" => CpuBackend.Create(threads),
        "reference" => new ReferenceBackend<float>(),
        "hip" => MIOpenBackend.Create(0, deterministic),
        _ when name.StartsWith("hip:", StringComparison.Ordinal) && int.TryParse(name.AsSpan(4), out var ordinal) => MIOpenBackend.Create(ordinal, deterministic),
        _ => throw new BackendUnavailableException($"backend '{name}' is unknown; use one of {string.Join(", ", Names)}"),
    };
}

/// <summary>A backend cannot be had; the message says why and what can.</summary>
public sealed class BackendUnavailableException : Exception
{
    /// <summary>Without a text.</summary>
    public BackendUnavailableException()
    {
    }

    /// <summary>With a text.</summary>
    public BackendUnavailableException(string message)
        : base(message)
    {
    }

    /// <summary>With a text and a cause.</summary>
    public BackendUnavailableException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
