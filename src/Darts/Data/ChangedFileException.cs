namespace MIOpenDarts.Darts.Data;

/// <summary>A file of a set was changed while the set is used. It is not damaged: nothing in the set can be relied on.</summary>
internal sealed class ChangedFileException : DataException
{
    /// <summary>Tells what it was and what to do.</summary>
    /// <param name="name">The file.</param>
    /// <param name="holder">What was indexed: it, or its folder.</param>
    /// <param name="indexed">Bytes when it was indexed.</param>
    /// <param name="now">Bytes now.</param>
    public ChangedFileException(string name, string holder, long indexed, long now)
        : base($"{name}: was changed since {holder} was indexed ({indexed} bytes then, {now} now); start again, {holder} is indexed anew")
    {
    }
}
