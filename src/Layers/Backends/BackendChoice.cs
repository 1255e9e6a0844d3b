using MIOpenDarts.Layers.Backends.Cpu;
using MIOpenDarts.Layers.Backends.Reference;

namespace MIOpenDarts.Layers.Backends;

/// <summary>Makes a backend from the name a user types.</summary>
public static class BackendChoice
{
    /// <summary>Names that <see cref="Create"/> knows.</summary>
    public static IReadOnlyList<string> Names { get; } = ["auto", "cpu", "reference"];

    /// <summary>
    /// The backend called <paramref name="name"/>: <c>cpu</c> (SIMD, the default of <c>auto</c>) or <c>reference</c> (plain loops).
    /// </summary>
    /// <param name="name">One of <see cref="Names"/>.</param>
    /// <param name="threads">Threads of <c>cpu</c>; 0 for one for each processor.</param>
    /// <exception cref="BackendUnavailableException">The name is unknown, or the backend cannot run here; the message says what can.</exception>
    public static Backend<float> Create(string name, int threads = 0) => name switch
    {
        "auto" or "cpu" => CpuBackend.Create(threads),
        "reference" => new ReferenceBackend<float>(),
        _ when name.StartsWith("hip", StringComparison.Ordinal) =>
            throw new BackendUnavailableException($"backend '{name}': this version computes on the processor only; use --backend cpu"),
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
