namespace MIOpenDarts.Interop.Loading;

/// <summary>The ROCm libraries that this assembly binds.</summary>
public enum RocmLibrary
{
    /// <summary>The HIP runtime: devices, memory, streams, modules.</summary>
    Hip,

    /// <summary>hipRTC: compiles HIP source text to code objects. Part of the HIP runtime in ROCm 5.</summary>
    HipRtc,

    /// <summary>MIOpen: convolution, pooling, batch normalisation and their gradients.</summary>
    MIOpen,

    /// <summary>hipBLAS: dense linear algebra.</summary>
    HipBlas,
}
