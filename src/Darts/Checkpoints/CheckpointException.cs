namespace MIOpenDarts.Darts.Checkpoints;

/// <summary>A checkpoint cannot be read or written; the message names the file, the fault and the cure.</summary>
public sealed class CheckpointException : Exception
{
    /// <summary>Without a text.</summary>
    public CheckpointException()
    {
    }

    /// <summary>With a text.</summary>
    public CheckpointException(string message)
        : base(message)
    {
    }

    /// <summary>With a text and a cause.</summary>
    public CheckpointException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
