using System.Buffers.Binary;
using System.Text;

namespace MIOpenDarts.Darts.Export;

/// <summary>
/// How far the event files of a run have come: a run that was killed repeats the steps since its checkpoint, and their events are there
/// already.
/// </summary>
internal sealed class TensorBoardMarks
{
    private const int Header = sizeof(long) + sizeof(uint);
    private const int Step = 2;
    private const int Summary = 5;
    private readonly Dictionary<string, long> last = new(StringComparer.Ordinal);

    /// <summary>Reads the files of a folder, up to an event that a kill tore.</summary>
    /// <exception cref="IOException">A file cannot be read.</exception>
    public static TensorBoardMarks From(string folder)
    {
        var marks = new TensorBoardMarks();
        foreach (var file in Directory.EnumerateFiles(folder, "events.out.tfevents.*.miopendarts")) marks.Read(File.ReadAllBytes(file));
        return marks;
    }

    /// <summary>Whether the summary that begins with a tag was written up to this step or epoch.</summary>
    public bool Has(string tag, long step) => last.TryGetValue(tag, out var mark) && step <= mark;

    private void Read(ReadOnlySpan<byte> file)
    {
        while (file.Length >= Header)
        {
            var length = BinaryPrimitives.ReadInt64LittleEndian(file);
            if (length < 0 || length > file.Length - Header - sizeof(uint)) return;
            var data = file.Slice(Header, (int)length);
            if (TensorBoardLog.MaskedCrc(data) != BinaryPrimitives.ReadUInt32LittleEndian(file[(Header + (int)length)..])) return;
            See(data);
            file = file[(Header + (int)length + sizeof(uint))..];
        }
    }

    private void See(ReadOnlySpan<byte> message)
    {
        var (step, tag) = (0L, (string?)null);
        while (Next(ref message, out var field, out var number, out var bytes))
        {
            if (field == Step) step = number;
            // A summary is a list of values, and a value begins with its tag.
            else if (field == Summary && Next(ref bytes, out _, out _, out var value) && Next(ref value, out _, out _, out var name))
                tag = Encoding.UTF8.GetString(name);
        }

        if (tag is not null) last[tag] = Math.Max(step, last.GetValueOrDefault(tag, step));
    }

    // One field of a message of Protocol Buffers: a varint as a number, a delimited one as its bytes, the others passed over.
    private static bool Next(ref ReadOnlySpan<byte> message, out int field, out long number, out ReadOnlySpan<byte> bytes)
    {
        (field, number) = (0, 0);
        bytes = default;
        if (message.IsEmpty) return false;
        var tag = Varint(ref message);
        field = (int)(tag >> 3);
        switch (tag & 7)
        {
            case 0:
                number = Varint(ref message);
                return true;
            case 2:
                var length = (int)Varint(ref message);
                bytes = message[..length];
                message = message[length..];
                return true;
            default:
                message = message[((tag & 7) == 1 ? sizeof(long) : sizeof(int))..];
                return true;
        }
    }

    private static long Varint(ref ReadOnlySpan<byte> message)
    {
        long value = 0;
        for (var shift = 0; ; shift += 7)
        {
            var next = message[0];
            message = message[1..];
            value |= (long)(next & 0x7f) << shift;
            if (next < 0x80) return value;
        }
    }
}
