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

    // The least bytes of a value in a dictionary: those of its length, or a number's.
    private const int LeastValue = 4;

    private static readonly (string, int) UnpackedSize = (ParquetLayout.Page, 2);
    private static readonly (string, int) PackedSize = (ParquetLayout.Page, 3);
    private static readonly (string, int) DictionaryValues = (ParquetLayout.DictionaryPage, 1);
    private static readonly (string, int) Children = (ParquetLayout.SchemaElement, ParquetLayout.Children);

    /// <summary>Checks the types and lengths in a footer, and that its schema is a tree.</summary>
    /// <exception cref="InvalidDataException">A field has another type, or a length is more than the footer has.</exception>
    public static void CheckFooter(ReadOnlySpan<byte> footer)
    {
        var walk = new ThriftWalk(footer);
        Structure(ref walk, ParquetLayout.Footer, []);
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
            var numbers = new Dictionary<(string Structure, int Field), long>();
            Structure(ref walk, ParquetLayout.Page, numbers);
            var (unpacked, packed) = (numbers.GetValueOrDefault(UnpackedSize, -1), numbers.GetValueOrDefault(PackedSize, -1));
            offset += walk.Position + packed;
            mostBytes -= unpacked;
            if (packed < 0 || unpacked < 0 || offset > end || mostBytes < 0 || unpacked > packed * MostExpansion + Slack)
                throw new InvalidDataException($"a page says that its {packed} bytes become {unpacked}");
            if (numbers.GetValueOrDefault(DictionaryValues) is var values && (values < 0 || values > unpacked / LeastValue))
                throw new InvalidDataException($"a dictionary says that it has {values} values in {unpacked} bytes");
        }
    }

    // Walks over a structure, and tells its numbers and those of structures in it.
    private static void Structure(ref ThriftWalk walk, string name, Dictionary<(string Structure, int Field), long> numbers)
    {
        for (var field = 0; walk.Next(ref field) is not 0 and var type;)
        {
            if (ParquetLayout.Field(name, field) is { } value)
            {
                if (!ParquetLayout.Fits(value, type)) throw new InvalidDataException($"field {field} of its {name} has the type {type}");
                if (value == "i") numbers[(name, field)] = walk.Number();
                else if (value[0] == '[') List(ref walk, value[1..]);
                else if (type == ThriftWalk.StructureType) Structure(ref walk, value, numbers);
                else walk.Skip(type);
            }
            else
            {
                if (!ParquetLayout.IsPassedOver(type)) throw new InvalidDataException($"field {field} of its {name} has the type {type}");
                walk.Skip(type);
            }
        }
    }

    private static void List(ref ThriftWalk walk, string value)
    {
        var (count, type) = walk.List();
        if (count > 0 && !ParquetLayout.Fits(value, type)) throw new InvalidDataException($"a list of {value} in it has the type {type}");
        // Branches of the tree that are not ended yet.
        long open = 1;
        for (var k = 0; k < count; k++)
        {
            var numbers = new Dictionary<(string Structure, int Field), long>();
            if (type == ThriftWalk.StructureType) Structure(ref walk, value, numbers);
            else walk.Skip(type);
            var children = numbers.GetValueOrDefault(Children);
            if (value == ParquetLayout.SchemaElement && (children < 0 || open <= 0)) open = -1;
            else open += Math.Min(children, count) - 1;
        }

        if (value == ParquetLayout.SchemaElement && open != 0) throw new InvalidDataException("its columns are no tree");
    }
}
