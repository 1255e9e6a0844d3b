using MIOpenDarts.Interop.Generated;

namespace MIOpenDarts.Interop.Errors;

/// <summary>A hipBLAS call failed.</summary>
public sealed class HipBlasException : RocmException
{
    internal HipBlasException(string call, hipblasStatus_t status, string text)
        : base("hipBLAS", call, (int)status, status.ToString(), text)
    {
    }
}
