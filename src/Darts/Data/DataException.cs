namespace MIOpenDarts.Darts.Data;

/// <summary>Data cannot be used. The message is one line: the file, the value, the cure.</summary>
public class DataException : Exception
{
    /// <summary>An error without details.</summary>
    public DataException()
    {
    }

    /// <summary>An error with a whole message.</summary>
    public DataException(string message) : base(message)
    {
    }

    /// <summary>An error with a whole message and its cause.</summary>
    public DataException(string message, Exception innerException) : base(message, innerException)
    {
    }
}
