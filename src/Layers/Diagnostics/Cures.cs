namespace MIOpenDarts.Layers.Diagnostics;

/// <summary>What to do about a library that computes wrong results or none.</summary>
internal static class Cures
{
    public static string For(string library) => library switch
    {
        "hipBLAS" =>
            "rocBLAS's tuned kernels for gfx803 are wrong: make a folder in which its portable fallback kernels take their place "
            + "(docs/gpu.md) and set ROCBLAS_TENSILE_LIBPATH to it",
        "MIOpen" =>
            "see that MIOpen can compile its kernels (docs/gpu.md), unset MIOPEN_EXPERIMENTAL_GCN_ASM_PATH, set "
            + "MIOPEN_DEBUG_GCN_ASM_KERNELS=0 and MIOPEN_DEBUG_CONV_WINOGRAD=0, and delete ~/.cache/miopen and ~/.config/miopen",
        "HIP" => "the driver does not move memory correctly: see dmesg, try another PCIe slot or amdgpu.vm_fragment_size=9",
        _ => "delete ~/.cache/miopendarts/kernels; if that does not help, please report it with this output",
    };
}
