using System.Diagnostics.CodeAnalysis;
using MIOpenDarts.Interop.Generated;

namespace MIOpenDarts.Interop.Errors;

/// <summary>An MIOpen call failed.</summary>
[SuppressMessage("Design", "CA1032", Justification = "Carries the status of a native call, so there is nothing to construct without one.")]
public sealed class MIOpenException : RocmException
{
    internal MIOpenException(string call, miopenStatus_t status, string text)
        : base("MIOpen", call, (int)status, status.ToString(), text)
    {
    }
}
