namespace MIOpenDarts.Darts.Bilevel;

/// <summary>A loss became infinite or NaN; the message names the step and the cure.</summary>
public sealed class RunDivergedException : Exception
{
    /// <summary>Without a text.</summary>
    public RunDivergedException()
    {
    }

    /// <summary>With a text.</summary>
    public RunDivergedException(string message)
        : base(message)
    {
    }

    /// <summary>With a text and a cause.</summary>
    public RunDivergedException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
