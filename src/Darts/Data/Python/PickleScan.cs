using System.Buffers.Binary;

namespace MIOpenDarts.Darts.Data.Python;

/// <summary>
/// Walks the opcodes of a pickle up to its end (Python's pickletools), because the library allocates what a length says before it reads.
/// </summary>
internal static class PickleScan
{
    private const string Bare =
        "(012)]}delasutboNRQ\u0081\u0085\u0086\u0087\u0088\u0089\u008f\u0090\u0091\u0092\u0093\u0094\u0097\u0098";
    private const string Lines = "ILFSVgpP";
    private const int MostLine = 1 << 16;
    // Each may become an object of some hundred bytes.
    private const int MostOpcodes = 1 << 22;

    /// <summary>Bytes of the pickle that begins here; the stream stands after it then.</summary>
    /// <exception cref="InvalidDataException">It is damaged, or claims more than the stream has.</exception>
    public static long Measure(Stream stream)
    {
        var start = stream.Position;
        for (var opcodes = 0; opcodes < MostOpcodes; opcodes++)
        {
            var code = (char)Byte(stream);
            if (code == '.') return stream.Position - start;
            if (Bare.Contains(code)) continue;
            if (Lines.Contains(code)) Line(stream);
            else if (code is 'c' or 'i') Names(stream);
            else Skip(stream, Argument(stream, code));
        }

        throw new InvalidDataException($"the pickle has more than {MostOpcodes} opcodes");
    }

    // Bytes after an opcode and the length that it may have.
    private static long Argument(Stream stream, char code) => code switch
    {
        'K' or 'h' or 'q' or '\u0080' or '\u0082' => 1,
        'M' or '\u0083' => 2,
        'J' or 'j' or 'r' or '\u0084' => 4,
        'G' or '\u0095' => 8,
        'U' or 'C' or '\u008a' or '\u008c' => Byte(stream),
        'T' or 'B' or 'X' or '\u008b' => Length(stream, 4),
        '\u008d' or '\u008e' or '\u0096' => Length(stream, 8),
        _ => throw new InvalidDataException($"the pickle has the unknown opcode 0x{(int)code:x2}"),
    };

    private static long Length(Stream stream, int width)
    {
        Span<byte> bytes = stackalloc byte[8];
        bytes.Clear();
        stream.ReadExactly(bytes[..width]);
        return width == 4 ? BinaryPrimitives.ReadInt32LittleEndian(bytes) : BinaryPrimitives.ReadInt64LittleEndian(bytes);
    }

    private static void Skip(Stream stream, long count)
    {
        if (count < 0 || count > stream.Length - stream.Position)
            throw new InvalidDataException($"the pickle says that {count} bytes follow where {stream.Length - stream.Position} do");
        stream.Position += count;
    }

    // Module and name.
    private static void Names(Stream stream)
    {
        Line(stream);
        Line(stream);
    }

    private static void Line(Stream stream)
    {
        for (var k = 0; k < MostLine; k++)
            if (Byte(stream) == '\n') return;
        throw new InvalidDataException("the pickle has a line without end");
    }

    private static int Byte(Stream stream) =>
        stream.ReadByte() is >= 0 and var value ? value : throw new EndOfStreamException("the pickle is cut off");
}
