using System.Runtime.InteropServices;

namespace MIOpenDarts.Layers.Tensors;

/// <summary>Asks Linux to back a block of memory with large pages, of which a network's activations need far fewer.</summary>
internal static partial class LargePages
{
    /// <summary>Size of a large page, and so the alignment at which a block can consist of them.</summary>
    public const int Bytes = 1 << 21;

    private const int AdviseLargePages = 14;

    /// <summary>Whether a block is large enough to gain and the system can be asked.</summary>
    public static bool Pay(long bytes) => bytes >= 2 * Bytes && OperatingSystem.IsLinux();

    /// <summary>Asks; a system that has no such pages goes on with small ones.</summary>
    public static unsafe void Advise(void* memory, long bytes) => _ = MemoryAdvise(memory, (nuint)bytes, AdviseLargePages);

    [LibraryImport("libc", EntryPoint = "madvise")]
    private static unsafe partial int MemoryAdvise(void* address, nuint length, int advice);
}
