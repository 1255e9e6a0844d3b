namespace MIOpenDarts.Darts.Data.Tables;

/// <summary>Walks values in Thrift's compact protocol. A length that is more than the bytes that are left is refused.</summary>
/// <param name="bytes">From the first value on.</param>
internal ref struct ThriftWalk(ReadOnlySpan<byte> bytes)
{
    /// <summary>Type of a list.</summary>
    public const int ListType = 9;

    /// <summary>Type of a structure.</summary>
    public const int StructureType = 12;

    private const int MostDepth = 32;
    private readonly ReadOnlySpan<byte> bytes = bytes;

    /// <summary>Bytes that were walked over.</summary>
    public int Position { get; private set; }

    /// <summary>The type of the next field of a structure; 0 at its end.</summary>
    /// <param name="field">Number of the field before, then of this one.</param>
    /// <exception cref="InvalidDataException">It is cut off.</exception>
    public int Next(ref int field)
    {
        var head = Byte();
        if (head == 0) return 0;
        field = head >> 4 is var step and not 0 ? field + step : (int)Number();
        return head & 15;
    }

    /// <summary>Walks over a value.</summary>
    /// <exception cref="InvalidDataException">It is malformed.</exception>
    public void Skip(int type) => Skip(type, 0);

    /// <summary>Begins a list: how many values of which type follow. Truth values have a byte each in one.</summary>
    /// <exception cref="InvalidDataException">It says more than the bytes that are left.</exception>
    public (int Count, int Type) List()
    {
        var head = Byte();
        var count = head >> 4 is var few and not 15 ? few : (long)Varint();
        if (count < 0 || count > bytes.Length - Position) throw new InvalidDataException($"its header says that {count} values follow");
        return ((int)count, (head & 15) is 1 or 2 ? 3 : head & 15);
    }

    /// <summary>A whole number.</summary>
    /// <exception cref="InvalidDataException">It is malformed.</exception>
    public long Number() => Varint() is var coded && (coded & 1) == 0 ? (long)(coded >> 1) : ~(long)(coded >> 1);

    private void Skip(int type, int depth)
    {
        if (depth > MostDepth) throw new InvalidDataException("its header is nested too deep");
        switch (type)
        {
            case 1 or 2:
                break;
            case 3:
                Byte();
                break;
            case 4 or 5 or 6:
                Varint();
                break;
            case 7:
                Forward(8);
                break;
            case 8:
                Forward((long)Varint());
                break;
            case ListType or 10:
                for (var (count, inner) = List(); count > 0; count--) Skip(inner, depth + 1);
                break;
            case StructureType:
                for (var field = 0; Next(ref field) is not 0 and var inner;) Skip(inner, depth + 1);
                break;
            default:
                throw new InvalidDataException($"its header has a value of type {type}");
        }
    }

    private ulong Varint()
    {
        ulong value = 0;
        for (var shift = 0; shift < 64; shift += 7)
        {
            var next = Byte();
            value |= (ulong)(next & 127) << shift;
            if (next < 128) return value;
        }

        throw new InvalidDataException("its header has a number without end");
    }

    private void Forward(long count)
    {
        if (count < 0 || count > bytes.Length - Position) throw new InvalidDataException($"its header says that {count} bytes follow");
        Position += (int)count;
    }

    private byte Byte() => Position < bytes.Length ? bytes[Position++] : throw new InvalidDataException("its header is cut off");
}
