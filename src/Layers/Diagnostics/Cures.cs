using MIOpenDarts.Interop.Devices;

namespace MIOpenDarts.Layers.Diagnostics;

/// <summary>
/// What to do about a library that computes wrong results or none. A call that failed says nothing about whether its kernels are right.
/// </summary>
internal static class Cures
{
    private const string ForMIOpen =
        "see that MIOpen can compile its kernels (docs/gpu.md), unset MIOPEN_EXPERIMENTAL_GCN_ASM_PATH, set "
        + "MIOPEN_DEBUG_GCN_ASM_KERNELS=0 and MIOPEN_DEBUG_CONV_WINOGRAD=0, and delete ~/.cache/miopen and ~/.config/miopen";

    private const string ForOwn = "delete ~/.cache/miopendarts/kernels; if that does not help, please report it with this output";

    /// <summary>Of wrong results.</summary>
    public static string OfWrong(string library) => library switch
    {
        "hipBLAS" =>
            "rocBLAS's tuned kernels for gfx803 are wrong: make a folder in which its portable fallback kernels take their place "
            + "(docs/gpu.md) and set ROCBLAS_TENSILE_LIBPATH to it",
        "MIOpen" => ForMIOpen,
        "HIP" => "the driver does not move memory correctly: see dmesg, try another PCIe slot or amdgpu.vm_fragment_size=9",
        _ => ForOwn,
    };

    /// <summary>Of a call that failed.</summary>
    public static string OfFailure(string library, Exception failure, HipDevice? device) => library switch
    {
        _ when MemoryShortage.Explains(failure) && device is not null => MemoryShortage.CureOn(device),
        "hipBLAS" =>
            "see that ROCBLAS_TENSILE_LIBPATH, if it is set, names a folder with kernels for this GPU (docs/gpu.md), and what dmesg says",
        "MIOpen" => ForMIOpen,
        "HIP" => "see dmesg; if it names the GPU, reset it or start the machine anew",
        _ => ForOwn,
    };
}
