using MIOpenDarts.Interop.Generated;

namespace MIOpenDarts.Interop.Errors;

/// <summary>An MIOpen call failed.</summary>
public sealed class MIOpenException : RocmException
{
    internal MIOpenException(string call, miopenStatus_t status, string text)
        : base("MIOpen", call, (int)status, status.ToString(), text)
    {
    }

    /// <inheritdoc/>
    public override bool IsOutOfMemory => Status == (int)miopenStatus_t.miopenStatusAllocFailed;
}
