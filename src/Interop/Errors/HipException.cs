using MIOpenDarts.Interop.Generated;

namespace MIOpenDarts.Interop.Errors;

/// <summary>A HIP runtime call failed.</summary>
public sealed class HipException : RocmException
{
    internal HipException(string call, hipError_t status, string name, string text)
        : base("HIP", call, (int)status, name, text)
    {
    }

    /// <inheritdoc/>
    public override bool IsOutOfMemory => Status == (int)hipError_t.hipErrorOutOfMemory;

    /// <summary>Whether there is no GPU to work on.</summary>
    public bool IsNoDevice => Status is (int)hipError_t.hipErrorNoDevice or (int)hipError_t.hipErrorInvalidDevice;
}
