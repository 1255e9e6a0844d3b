using System.Buffers.Binary;
using System.Text;

namespace MIOpenDarts.Interop.Rtc;

/// <summary>What one kernel of a code object needs, as the compiler noted it there. Needs no GPU.</summary>
/// <param name="Name">The kernel.</param>
/// <param name="VectorRegisters">Vector registers of a thread.</param>
/// <param name="ScalarRegisters">Scalar registers of a wave.</param>
/// <param name="SharedBytes">Local data share of a work-group.</param>
/// <param name="PrivateBytes">Scratch memory of a thread: more than 0 means spilled registers or indexed arrays.</param>
/// <param name="ArgumentBytes">Bytes of arguments, with those that the compiler adds.</param>
public sealed record KernelResources(string Name, int VectorRegisters, int ScalarRegisters, int SharedBytes, int PrivateBytes,
    int ArgumentBytes)
{
    private const uint NoteSection = 7, DynamicSymbols = 11;
    private const uint Metadata = 32; // NT_AMDGPU_METADATA

    /// <summary>
    /// Scalar registers that are kept in lanes of vector registers. They need no scratch memory, but two instructions at each use.
    /// </summary>
    public int SpilledScalars { get; init; }

    /// <summary>Bytes of machine code. Compute units of gfx8 share an instruction cache of 32 KiB.</summary>
    public int CodeBytes { get; init; }

    /// <summary>
    /// Waves of 64 that a SIMD of a GCN device holds at a time with work-groups of <paramref name="threads"/>: at most 10, 256 vector
    /// registers in steps of 4, 800 scalar ones in steps of 16, and 64 KiB of local memory for the four SIMDs of a compute unit.
    /// </summary>
    public int WavesPerSimd(int threads = 256)
    {
        var vector = 256 / Math.Max(4, (VectorRegisters + 3) / 4 * 4);
        var scalar = 800 / Math.Max(16, (ScalarRegisters + 15) / 16 * 16);
        var groups = SharedBytes == 0 ? int.MaxValue : 65536 / SharedBytes;
        var wavesOfGroup = (threads + 63) / 64;
        var local = groups == int.MaxValue ? 10 : (int)Math.Min(10, (long)groups * wavesOfGroup / 4);
        return Math.Min(Math.Min(10, local), Math.Min(vector, scalar));
    }

    /// <summary>Every kernel of a code object, by name.</summary>
    /// <exception cref="InvalidDataException">It is no ELF file, or has no such notes.</exception>
    public static IReadOnlyList<KernelResources> Read(ReadOnlySpan<byte> codeObject)
    {
        if (codeObject.Length < 64 || !codeObject.StartsWith("\u007FELF"u8)) throw new InvalidDataException("not an ELF code object");
        var sizes = CodeSizes(codeObject);
        for (var i = 0; i < Sections(codeObject); i++)
        {
            if (KindOf(codeObject, i) != NoteSection) continue;
            var notes = Section(codeObject, i);
            while (notes.Length >= 12)
            {
                var name = (BinaryPrimitives.ReadInt32LittleEndian(notes) + 3) / 4 * 4;
                var bytes = BinaryPrimitives.ReadInt32LittleEndian(notes[4..]);
                if (BinaryPrimitives.ReadUInt32LittleEndian(notes[8..]) == Metadata) return Kernels(notes.Slice(12 + name, bytes), sizes);
                notes = notes[(12 + name + (bytes + 3) / 4 * 4)..];
            }
        }

        throw new InvalidDataException("a code object without the notes of its kernels");
    }

    private static int Sections(ReadOnlySpan<byte> elf) => BinaryPrimitives.ReadUInt16LittleEndian(elf[60..]);

    private static ReadOnlySpan<byte> Header(ReadOnlySpan<byte> elf, int section) => elf[
        ((int)BinaryPrimitives.ReadInt64LittleEndian(elf[40..]) + section * BinaryPrimitives.ReadUInt16LittleEndian(elf[58..]))..];

    private static uint KindOf(ReadOnlySpan<byte> elf, int section) =>
        BinaryPrimitives.ReadUInt32LittleEndian(Header(elf, section)[4..]);

    private static ReadOnlySpan<byte> Section(ReadOnlySpan<byte> elf, int section)
    {
        var header = Header(elf, section);
        return elf.Slice(
            (int)BinaryPrimitives.ReadInt64LittleEndian(header[24..]), (int)BinaryPrimitives.ReadInt64LittleEndian(header[32..]));
    }

    private static Dictionary<string, int> CodeSizes(ReadOnlySpan<byte> elf)
    {
        const int entry = 24;
        var sizes = new Dictionary<string, int>();
        for (var i = 0; i < Sections(elf); i++)
        {
            if (KindOf(elf, i) != DynamicSymbols) continue;
            var names = Section(elf, BinaryPrimitives.ReadInt32LittleEndian(Header(elf, i)[40..]));
            for (var symbols = Section(elf, i); symbols.Length >= entry; symbols = symbols[entry..])
            {
                var name = names[BinaryPrimitives.ReadInt32LittleEndian(symbols)..];
                sizes[Encoding.UTF8.GetString(name[..name.IndexOf((byte)0)])] = (int)BinaryPrimitives.ReadInt64LittleEndian(symbols[16..]);
            }
        }

        return sizes;
    }

    private static IReadOnlyList<KernelResources> Kernels(ReadOnlySpan<byte> message, Dictionary<string, int> sizes)
    {
        var root = (Dictionary<string, object>)MessagePack.Read(ref message);
        return
        [
            .. ((List<object>)root["amdhsa.kernels"]).Cast<Dictionary<string, object>>().Select(k => new KernelResources(
                (string)k[".name"], Number(k, ".vgpr_count"), Number(k, ".sgpr_count"), Number(k, ".group_segment_fixed_size"),
                Number(k, ".private_segment_fixed_size"), Number(k, ".kernarg_segment_size"))
                {
                    SpilledScalars = Number(k, ".sgpr_spill_count"),
                    CodeBytes = sizes.GetValueOrDefault((string)k[".name"]),
                }).OrderBy(k => k.Name, StringComparer.Ordinal),
        ];
    }

    private static int Number(Dictionary<string, object> kernel, string key) =>
        kernel.TryGetValue(key, out var value) ? (int)(long)value : 0;

    /// <summary>The part of MessagePack that compilers write: maps with text keys, arrays, texts, whole numbers, truth values.</summary>
    private static class MessagePack
    {
        public static object Read(ref ReadOnlySpan<byte> from)
        {
            var tag = from[0];
            from = from[1..];
            return tag switch
            {
                < 0x80 => (long)tag,
                < 0x90 => Map(ref from, tag & 15),
                < 0xA0 => Array(ref from, tag & 15),
                < 0xC0 => Text(ref from, tag & 31),
                0xC2 => false,
                0xC3 => true,
                0xCC => (long)Unsigned(ref from, 1),
                0xCD => (long)Unsigned(ref from, 2),
                0xCE => (long)Unsigned(ref from, 4),
                0xCF => (long)Unsigned(ref from, 8),
                0xD9 => Text(ref from, (int)Unsigned(ref from, 1)),
                0xDA => Text(ref from, (int)Unsigned(ref from, 2)),
                0xDC => Array(ref from, (int)Unsigned(ref from, 2)),
                0xDD => Array(ref from, (int)Unsigned(ref from, 4)),
                0xDE => Map(ref from, (int)Unsigned(ref from, 2)),
                0xDF => Map(ref from, (int)Unsigned(ref from, 4)),
                >= 0xE0 => (long)(sbyte)tag,
                _ => throw new InvalidDataException($"a code object's notes have an element of the unknown kind {tag:X2}"),
            };
        }

        private static Dictionary<string, object> Map(ref ReadOnlySpan<byte> from, int count)
        {
            var map = new Dictionary<string, object>();
            for (var i = 0; i < count; i++)
            {
                var key = (string)Read(ref from);
                map[key] = Read(ref from);
            }

            return map;
        }

        private static List<object> Array(ref ReadOnlySpan<byte> from, int count)
        {
            var list = new List<object>();
            for (var i = 0; i < count; i++) list.Add(Read(ref from));
            return list;
        }

        private static string Text(ref ReadOnlySpan<byte> from, int length)
        {
            var text = Encoding.UTF8.GetString(from[..length]);
            from = from[length..];
            return text;
        }

        private static ulong Unsigned(ref ReadOnlySpan<byte> from, int bytes)
        {
            ulong value = 0;
            for (var i = 0; i < bytes; i++) value = (value << 8) | from[i];
            from = from[bytes..];
            return value;
        }
    }
}
