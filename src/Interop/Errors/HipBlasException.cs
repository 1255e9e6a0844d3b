using System.Diagnostics.CodeAnalysis;
using MIOpenDarts.Interop.Generated;

namespace MIOpenDarts.Interop.Errors;

/// <summary>A hipBLAS call failed.</summary>
[SuppressMessage("Design", "CA1032", Justification = "Carries the status of a native call, so there is nothing to construct without one.")]
public sealed class HipBlasException : RocmException
{
    internal HipBlasException(string call, hipblasStatus_t status, string text)
        : base("hipBLAS", call, (int)status, status.ToString(), text)
    {
    }
}
