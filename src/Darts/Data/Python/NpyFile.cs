using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace MIOpenDarts.Darts.Data.Python;

/// <summary>
/// Reads one array in NumPy's own form (<c>.npy</c>, NEP 1): a magic number, a header in Python's notation, and the elements. The header is
/// matched as text, not evaluated, and its lengths are checked against the stream before anything is allocated.
/// </summary>
internal static partial class NpyFile
{
    private const int MostHeader = 1 << 16;

    private static readonly byte[] Magic = [0x93, (byte)'N', (byte)'U', (byte)'M', (byte)'P', (byte)'Y'];

    /// <summary>Reads an array of at most <paramref name="length"/> bytes.</summary>
    /// <exception cref="DataException">It is no such array, in another order than C's, or cut off.</exception>
    public static NumpyArray Read(string name, Stream stream, long length)
    {
        try
        {
            var start = Take(stream, 8);
            if (!start.AsSpan(0, Magic.Length).SequenceEqual(Magic))
                throw new DataException($"{name}: is no array of NumPy; fetch it again");
            var headerLength = start[6] == 1 ? BinaryPrimitives.ReadUInt16LittleEndian(Take(stream, 2))
                : BinaryPrimitives.ReadUInt32LittleEndian(Take(stream, 4));
            if (headerLength > Math.Min(MostHeader, length))
                throw new DataException($"{name}: its header of {headerLength} bytes is too long; the file is damaged, fetch it again");
            var header = Encoding.Latin1.GetString(Take(stream, (int)headerLength));
            if (Header().Match(header) is not { Success: true } match)
                throw new DataException($"{name}: has the header {header.Trim()}, which is not one of a plain array");
            if (match.Groups["fortran"].Value == "True")
                throw new DataException($"{name}: is in Fortran's order; save numpy.ascontiguousarray of it");
            int[] shape = [.. match.Groups["length"].Captures.Select(c => int.Parse(c.Value, CultureInfo.InvariantCulture))];
            var type = match.Groups["type"].Value;
            var array = new NumpyArray(type, shape, default);
            var bytes = checked(array.Count * (type[^1] - '0'));
            if (bytes > length || bytes > Array.MaxLength)
                throw new DataException(
                $"{name}: says that it has {bytes} bytes, of which there are at most {length}; it is cut off, fetch it again");
            return array with { Bytes = Take(stream, (int)bytes) };
        }
        catch (Exception e) when (e is EndOfStreamException or OverflowException or FormatException or InvalidDataException)
        {
            throw new DataException($"{name}: the array is cut off or damaged; fetch it again", e);
        }
    }

    private static byte[] Take(Stream stream, int count)
    {
        var bytes = new byte[count];
        stream.ReadExactly(bytes);
        return bytes;
    }

    // Each length is followed by a comma or the end, so that there is one way to read a header, however long.
    [GeneratedRegex(
        @"^\{\s*'descr':\s*'(?<type>[|<>=]?[a-zA-Z]\d)',\s*'fortran_order':\s*(?<fortran>True|False),"
        + @"\s*'shape':\s*\(\s*((?<length>\d{1,10})\s*(,\s*|(?=\))))*\),?\s*\}\s*$",
        RegexOptions.ExplicitCapture)]
    private static partial Regex Header();
}
