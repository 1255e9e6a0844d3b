using System.Diagnostics.CodeAnalysis;

namespace MIOpenDarts.Interop.Loading;

/// <summary>A ROCm library is not on this machine, or not usable. The message lists what was tried, likely causes and cures.</summary>
[SuppressMessage("Design", "CA1032", Justification = "Only the loader throws it, always with the library and the whole text.")]
public sealed class RocmNotFoundException : DllNotFoundException
{
    internal RocmNotFoundException(RocmLibrary library, string message)
        : base(message) => Library = library;

    /// <summary>The library that is missing.</summary>
    public RocmLibrary Library { get; }
}
