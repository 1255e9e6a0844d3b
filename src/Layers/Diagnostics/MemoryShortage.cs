using MIOpenDarts.Interop.Devices;
using MIOpenDarts.Interop.Errors;
using MIOpenDarts.Layers.Backends;
using MIOpenDarts.Layers.Tensors;

namespace MIOpenDarts.Layers.Diagnostics;

/// <summary>
/// Lack of memory, reported as what it is. Whichever library meets it first reports it in words of its own, and none of them tells how much
/// there is.
/// </summary>
internal static class MemoryShortage
{
    /// <summary>
    /// Device memory in bytes that the self-test takes at most: the workspace of rocBLAS, what MIOpen keeps, and its own tensors.
    /// </summary>
    public const long Need = 80L << 20;

    /// <summary>Whether this is why something could not be computed.</summary>
    public static bool Explains(Exception? e) =>
        e is OutOfMemoryException or PlanDoesNotFitException or RocmException { IsOutOfMemory: true }
        || (e is not null && Explains(e.InnerException));

    /// <summary>What is short, and what to do; null where the self-test has enough.</summary>
    public static (string Fault, string Cure)? Before(HipDevice device) =>
        device.FreeMemory < Need ? ($"{Free(device)} of device memory are free, and the self-test takes up to {Need >> 20} MiB", Cure)
            : null;

    /// <summary>The cure of an operation that could not be computed for lack of memory.</summary>
    public static string CureOn(HipDevice device) => device.FreeMemory < Need
        ? Cure
        : $"{Free(device)} of device memory are free now: something else may have taken it for a while, so try again, and see dmesg if " +
            $"that does not help";

    private static string Cure => "end what else uses the GPU (rocm-smi --showpids lists it), or compute with --backend cpu";

    private static string Free(HipDevice device) => $"{device.FreeMemory >> 20} of {device.TotalMemory >> 20} MiB";
}
