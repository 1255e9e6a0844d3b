namespace MIOpenDarts.Layers.Tensors;

/// <summary>Element type of a tensor in a safetensors file, under the name the format uses.</summary>
public enum SafetensorsType
{
    /// <summary>One byte, 0 or 1.</summary>
    BOOL,
    /// <summary>Unsigned byte.</summary>
    U8,
    /// <summary>Signed byte.</summary>
    I8,
    /// <summary>8-bit float with 5 exponent bits.</summary>
    F8_E5M2,
    /// <summary>8-bit float with 4 exponent bits.</summary>
    F8_E4M3,
    /// <summary>Signed 16-bit integer.</summary>
    I16,
    /// <summary>Unsigned 16-bit integer.</summary>
    U16,
    /// <summary>IEEE half precision.</summary>
    F16,
    /// <summary>The upper half of a single.</summary>
    BF16,
    /// <summary>Signed 32-bit integer.</summary>
    I32,
    /// <summary>Unsigned 32-bit integer.</summary>
    U32,
    /// <summary>IEEE single precision.</summary>
    F32,
    /// <summary>IEEE double precision.</summary>
    F64,
    /// <summary>Signed 64-bit integer.</summary>
    I64,
    /// <summary>Unsigned 64-bit integer.</summary>
    U64,
}

/// <summary>What a safetensors header says of one tensor.</summary>
/// <param name="Name">Name, unique in the file.</param>
/// <param name="Type">Element type.</param>
/// <param name="Shape">Extents, outermost first; empty for a scalar.</param>
/// <param name="Offset">First byte, counted from the end of the header.</param>
/// <param name="ByteCount">Bytes it occupies.</param>
public sealed record SafetensorsEntry(string Name, SafetensorsType Type, IReadOnlyList<long> Shape, long Offset, long ByteCount)
{
    /// <summary>Number of elements.</summary>
    public long Count => ByteCount / SizeOf(Type);

    /// <summary>Whether the elements are floating numbers that are read here.</summary>
    public bool IsFloating => Type is SafetensorsType.F16 or SafetensorsType.BF16 or SafetensorsType.F32 or SafetensorsType.F64;

    internal static int SizeOf(SafetensorsType type) => type switch
    {
        SafetensorsType.BOOL or SafetensorsType.U8 or SafetensorsType.I8 => 1,
        SafetensorsType.F8_E5M2 or SafetensorsType.F8_E4M3 => 1,
        SafetensorsType.I16 or SafetensorsType.U16 or SafetensorsType.F16 or SafetensorsType.BF16 => 2,
        SafetensorsType.I32 or SafetensorsType.U32 or SafetensorsType.F32 => 4,
        _ => 8,
    };

    internal static SafetensorsType TypeOf<T>() where T : unmanaged
    {
        if (typeof(T) == typeof(float)) return SafetensorsType.F32;
        if (typeof(T) == typeof(double)) return SafetensorsType.F64;
        if (typeof(T) == typeof(Half)) return SafetensorsType.F16;
        if (typeof(T) == typeof(BFloat16)) return SafetensorsType.BF16;
        if (typeof(T) == typeof(long)) return SafetensorsType.I64;
        if (typeof(T) == typeof(ulong)) return SafetensorsType.U64;
        if (typeof(T) == typeof(int)) return SafetensorsType.I32;
        if (typeof(T) == typeof(byte)) return SafetensorsType.U8;
        throw new NotSupportedException(
            $"{typeof(T).Name} has no safetensors type here; use float, double, half, long, ulong, int or byte");
    }
}
