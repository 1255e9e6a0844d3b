namespace MIOpenDarts.Interop.Loading;

/// <summary>A ROCm library is not on this machine, or not usable. The message lists what was tried, likely causes and cures.</summary>
public sealed class RocmNotFoundException : DllNotFoundException
{
    internal RocmNotFoundException(RocmLibrary library, string message)
        : base(message) => Library = library;

    /// <summary>The library that is missing.</summary>
    public RocmLibrary Library { get; }
}
