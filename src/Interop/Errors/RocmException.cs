namespace MIOpenDarts.Interop.Errors;

/// <summary>A call into a ROCm library returned something else than success.</summary>
public abstract class RocmException : Exception
{
    private protected RocmException(string library, string call, int status, string statusName, string text)
        : base($"{call} failed with {library} status {status} ({statusName}){(text.Length > 0 ? ": " + text : ".")}")
    {
        Call = call;
        Status = status;
        StatusName = statusName;
    }

    /// <summary>The name of the native function.</summary>
    public string Call { get; }

    /// <summary>The number it returned.</summary>
    public int Status { get; }

    /// <summary>The name of that number in the library's header.</summary>
    public string StatusName { get; }

    /// <summary>Whether the library had not enough memory.</summary>
    public virtual bool IsOutOfMemory => false;
}
