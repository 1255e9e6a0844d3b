namespace MIOpenDarts.Darts.Genotypes;

/// <summary>A text is not a genotype. The message is one line: the place, what stands there, what was expected.</summary>
public sealed class GenotypeFormatException : FormatException
{
    /// <summary>An error without details.</summary>
    public GenotypeFormatException()
    {
    }

    /// <summary>An error with a whole message.</summary>
    public GenotypeFormatException(string message) : base(message)
    {
    }

    /// <summary>An error with a whole message and its cause.</summary>
    public GenotypeFormatException(string message, Exception innerException) : base(message, innerException)
    {
    }

    internal GenotypeFormatException(long line, long column, string found, string expected)
        : base($"genotype, line {line}, column {column}: found {found}, expected {expected}")
    {
    }
}
