using MIOpenDarts.Interop.Generated;

namespace MIOpenDarts.Interop.Errors;

/// <summary>A hipBLAS call failed.</summary>
public sealed class HipBlasException : RocmException
{
    internal HipBlasException(string call, hipblasStatus_t status, string text)
        : base("hipBLAS", call, (int)status, status.ToString(), text)
    {
    }

    /// <inheritdoc/>
    public override bool IsOutOfMemory => Status == (int)hipblasStatus_t.HIPBLAS_STATUS_ALLOC_FAILED;
}
