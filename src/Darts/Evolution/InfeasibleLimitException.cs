namespace MIOpenDarts.Darts.Evolution;

/// <summary>No genome that a search has tried keeps the limits; the message names the one that comes nearest.</summary>
internal sealed class InfeasibleLimitException : Exception
{
    /// <summary>Without a reason.</summary>
    public InfeasibleLimitException()
    {
    }

    /// <summary>With the reason.</summary>
    public InfeasibleLimitException(string message)
        : base(message)
    {
    }

    /// <summary>With the reason and what lies below it.</summary>
    public InfeasibleLimitException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
