namespace MIOpenDarts.Darts.Loops;

/// <summary>A run was stopped on request; what it had done is in the checkpoint, if it keeps any.</summary>
public sealed class RunInterruptedException : OperationCanceledException
{
    /// <summary>Without a place.</summary>
    public RunInterruptedException()
    {
    }

    /// <summary>With a text.</summary>
    public RunInterruptedException(string message)
        : base(message)
    {
    }

    /// <summary>With a text and a cause.</summary>
    public RunInterruptedException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
