namespace MIOpenDarts.Darts.Bilevel;

/// <summary>A loss became infinite or NaN; the message names the step and the cure.</summary>
public sealed class SearchDivergedException : Exception
{
    /// <summary>Without a text.</summary>
    public SearchDivergedException()
    {
    }

    /// <summary>With a text.</summary>
    public SearchDivergedException(string message)
        : base(message)
    {
    }

    /// <summary>With a text and a cause.</summary>
    public SearchDivergedException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
