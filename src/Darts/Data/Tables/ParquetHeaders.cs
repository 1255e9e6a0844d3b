using Microsoft.Win32.SafeHandles;

namespace MIOpenDarts.Darts.Data.Tables;

/// <summary>
/// Checks what the headers of a Parquet file claim (parquet-format's FileMetaData and PageHeader), because the library allocates what they
/// say.
/// </summary>
internal static class ParquetHeaders
{
    // Statistics in a header may hold whole values.
    private const int MostHeader = 1 << 16;
    // DEFLATE's; Snappy, LZ4 and Zstandard expand less on images, which are compressed already.
    private const long MostExpansion = DataFile.MaxExpansion;
    private const long Slack = 1 << 16;

    // Fields of FileMetaData and SchemaElement.
    private const int Schema = 2;
    private const int Children = 5;

    /// <summary>Checks the lengths in a footer, and that its schema is a tree: the library walks it without end where it is none.</summary>
    /// <exception cref="InvalidDataException">A length is more than the footer has, or the columns are no tree.</exception>
    public static void CheckFooter(ReadOnlySpan<byte> footer)
    {
        var walk = new ThriftWalk(footer);
        for (var field = 0; walk.Next(ref field) is not 0 and var type;)
        {
            if (field != Schema || type != ThriftWalk.ListType)
            {
                walk.Skip(type);
                continue;
            }

            var (count, inner) = walk.List();
            if (inner != ThriftWalk.StructureType) throw new InvalidDataException("its schema is no list of columns");
            // Elements that are begun and not ended by as many of those that follow.
            long open = 1;
            for (var k = 0; k < count; k++)
            {
                long children = 0;
                for (var part = 0; walk.Next(ref part) is not 0 and var partType;)
                {
                    if (part == Children && partType is >= 3 and <= 6) children = walk.Number();
                    else walk.Skip(partType);
                }

                open += children - 1;
                if (children < 0 || children > count || open < 0 || (open == 0 && k < count - 1))
                    throw new InvalidDataException("its columns are no tree");
            }

            if (open != 0) throw new InvalidDataException("its columns are no tree");
        }
    }

    /// <summary>Checks the pages of a chunk.</summary>
    /// <param name="file">The file.</param>
    /// <param name="offset">First byte of the chunk.</param>
    /// <param name="length">Its bytes, which the file has.</param>
    /// <param name="mostBytes">The most that its pages may have when they are unpacked.</param>
    /// <exception cref="InvalidDataException">A header is malformed or claims too much.</exception>
    public static void CheckPages(SafeFileHandle file, long offset, long length, long mostBytes)
    {
        var buffer = new byte[Math.Min(MostHeader, length)];
        for (var end = offset + length; offset < end;)
        {
            var header = buffer.AsSpan(0, (int)Math.Min(buffer.Length, end - offset));
            if (RandomAccess.Read(file, header, offset) < header.Length) throw new InvalidDataException("it ends before its pages");
            var walk = new ThriftWalk(header);
            var (unpacked, packed) = Sizes(ref walk);
            offset += walk.Position + packed;
            mostBytes -= unpacked;
            if (packed < 0 || unpacked < 0 || offset > end || mostBytes < 0 || unpacked > packed * MostExpansion + Slack)
                throw new InvalidDataException($"a page says that its {packed} bytes become {unpacked}");
        }
    }

    // uncompressed_page_size and compressed_page_size, fields 2 and 3.
    private static (long Unpacked, long Packed) Sizes(ref ThriftWalk walk)
    {
        long unpacked = -1, packed = -1;
        for (var field = 0; walk.Next(ref field) is not 0 and var type;)
        {
            if (field == 2) unpacked = walk.Number();
            else if (field == 3) packed = walk.Number();
            else walk.Skip(type);
        }

        return (unpacked, packed);
    }
}
