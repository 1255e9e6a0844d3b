namespace MIOpenDarts.Darts.Options;

/// <summary>One thing that is wrong with the options.</summary>
/// <param name="Field">Name of the option, or of the unknown key.</param>
/// <param name="Message">One line with the field, the value and what is allowed.</param>
public sealed record ValidationError(string Field, string Message)
{
    /// <inheritdoc/>
    public override string ToString() => Message;

    internal static ValidationError NotAllowed(string field, string value, string allowed) =>
        new(field, $"{field} is {value}; allowed is {allowed}");
}

/// <summary>Options cannot be used. <see cref="Problems"/> has all reasons; the message joins them on one line.</summary>
public sealed class OptionsException : Exception
{
    /// <summary>An error without details.</summary>
    public OptionsException()
    {
    }

    /// <summary>An error that is not about one option, such as a file that cannot be read.</summary>
    public OptionsException(string message) : base(message) => Problems = [new ValidationError("", message)];

    /// <summary>An error that is not about one option, with its cause.</summary>
    public OptionsException(string message, Exception innerException) : base(message, innerException) =>
        Problems = [new ValidationError("", message)];

    /// <summary>All that is wrong.</summary>
    public OptionsException(IReadOnlyList<ValidationError> problems) : base(string.Join("; ", problems)) => Problems = problems;

    /// <summary>All that is wrong, in the order of the options.</summary>
    public IReadOnlyList<ValidationError> Problems { get; } = [];
}
