using System.Buffers.Binary;
using System.Text;

namespace MIOpenDarts.Interop.Loading;

/// <summary>The part of a 64-bit little-endian ELF shared library that tells what it needs and what it exports.</summary>
internal sealed class ElfFile
{
    private const uint SectionDynamic = 6;
    private const uint SectionDynamicSymbols = 11;
    private readonly byte[] bytes;
    private readonly List<(uint Type, long Offset, long Size, int Link)> sections = [];

    private ElfFile(byte[] bytes)
    {
        this.bytes = bytes;
        if (bytes.Length < 64 || U32(0) != 0x464C457F || bytes[4] != 2 || bytes[5] != 1)
        {
            throw new InvalidDataException("not a 64-bit little-endian ELF file");
        }
        var start = I64(0x28);
        int size = U16(0x3A), count = U16(0x3C);
        for (var i = 0; i < count; i++)
        {
            var at = start + ((long)i * size);
            sections.Add((U32(at + 4), I64(at + 24), I64(at + 32), (int)U32(at + 40)));
        }
    }

    /// <summary>Reads a library.</summary>
    /// <exception cref="InvalidDataException">The file is damaged or of another kind.</exception>
    public static ElfFile Read(string path)
    {
        try
        {
            return new ElfFile(File.ReadAllBytes(path));
        }
        catch (Exception e) when (e is InvalidDataException or ArgumentException or OverflowException or IndexOutOfRangeException)
        {
            throw new InvalidDataException($"{path}: {e.Message}", e);
        }
    }

    /// <summary>Sonames of the libraries that this one is linked with (DT_NEEDED).</summary>
    public IEnumerable<string> Needed()
    {
        foreach (var (_, offset, size, link) in sections.Where(s => s.Type == SectionDynamic))
        {
            for (var at = offset; at < offset + size; at += 16)
            {
                if (I64(at) == 1)
                {
                    yield return Text(sections[link].Offset + I64(at + 8));
                }
            }
        }
    }

    /// <summary>Names of the defined dynamic symbols, without their versions.</summary>
    public IEnumerable<string> Exports()
    {
        foreach (var (_, offset, size, link) in sections.Where(s => s.Type == SectionDynamicSymbols))
        {
            for (var at = offset; at < offset + size; at += 24)
            {
                if (U16(at + 6) != 0)
                {
                    yield return Text(sections[link].Offset + U32(at));
                }
            }
        }
    }

    private string Text(long at)
    {
        var rest = bytes.AsSpan(checked((int)at));
        return Encoding.UTF8.GetString(rest[..rest.IndexOf((byte)0)]);
    }

    private ushort U16(long at) => BinaryPrimitives.ReadUInt16LittleEndian(bytes.AsSpan(checked((int)at)));

    private uint U32(long at) => BinaryPrimitives.ReadUInt32LittleEndian(bytes.AsSpan(checked((int)at)));

    private long I64(long at) => BinaryPrimitives.ReadInt64LittleEndian(bytes.AsSpan(checked((int)at)));
}
