namespace MIOpenDarts.Darts.Data.Tables;

/// <summary>
/// A Parquet file up to the end of the chunk that was checked: the library reads pages until it has as many values as the footer says,
/// wherever that leads.
/// </summary>
internal sealed class CheckedPages(Stream file) : WatchedStream(file)
{
    private readonly Stream inner = file;

    /// <summary>The first byte that may not be read.</summary>
    public long End { get; set; } = long.MaxValue;

    public override int Read(Span<byte> buffer)
    {
        var left = End - inner.Position;
        return left > 0 ? inner.Read(buffer[..(int)Math.Min(buffer.Length, left)])
            : throw new InvalidDataException("a column has fewer values than its footer says");
    }
}
