namespace MIOpenDarts.Darts.Runs;

/// <summary>A run folder cannot be used; the message names it and the cure.</summary>
internal sealed class RunFolderException : Exception
{
    /// <summary>Without a text.</summary>
    public RunFolderException()
    {
    }

    /// <summary>With a text.</summary>
    public RunFolderException(string message)
        : base(message)
    {
    }

    /// <summary>With a text and a cause.</summary>
    public RunFolderException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
