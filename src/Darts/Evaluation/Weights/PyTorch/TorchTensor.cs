using MIOpenDarts.Layers.Tensors;

namespace MIOpenDarts.Darts.Evaluation.Weights.PyTorch;

/// <summary>A row of numbers that tensors are views of.</summary>
/// <param name="Key">Its name in the file.</param>
/// <param name="Type">Type of the numbers.</param>
/// <param name="Count">How many there are.</param>
/// <param name="First">The first number of it that this is a view of.</param>
internal sealed record TorchStorage(string Key, SafetensorsType Type, long Count, long First)
{
    /// <summary>Bytes of a number.</summary>
    public int Width => Type switch
    {
        SafetensorsType.F64 or SafetensorsType.I64 => 8,
        SafetensorsType.F32 or SafetensorsType.I32 => 4,
        SafetensorsType.F16 or SafetensorsType.BF16 or SafetensorsType.I16 => 2,
        _ => 1,
    };
}

/// <summary>A tensor as a pickle describes it.</summary>
/// <param name="Storage">Where its numbers are.</param>
/// <param name="Offset">The first of them.</param>
/// <param name="Shape">Extents, outermost first.</param>
/// <param name="Strides">Numbers from one index to the next, for each extent.</param>
internal sealed record TorchTensor(TorchStorage Storage, long Offset, long[] Shape, long[] Strides)
{
    // Bytes, and times its own, over which a tensor may be spread.
    private const long MostSpread = 64 << 20;
    private const int MostStretch = 8;

    /// <summary>Number of elements; -1 where that is no number.</summary>
    public long Count { get; } = Product(Shape);

    /// <summary>Bytes of all elements, in the order of rows.</summary>
    public long ByteCount => Count * Storage.Width;

    // Numbers from the first to the last, with those between them that are not its own.
    private long Span
    {
        get
        {
            var last = 0L;
            for (var k = 0; k < Shape.Length && Count > 0; k++) last = checked(last + (Shape[k] - 1) * Strides[k]);
            return last + 1;
        }
    }

    private bool IsContiguous
    {
        get
        {
            var contiguous = true;
            for (var (k, step) = (Shape.Length - 1, 1L); k >= 0; step *= Shape[k--]) contiguous &= Shape[k] == 1 || Strides[k] == step;
            return contiguous;
        }
    }

    /// <summary>What is wrong with it; null for a sound one.</summary>
    /// <param name="storageBytes">Bytes that the file has for the storage.</param>
    public string? Check(long storageBytes)
    {
        if (Count < 0 || Strides.Length != Shape.Length || Strides.Any(stride => stride < 0) || Offset < 0 || Storage.First < 0)
            return $"has the shape [{string.Join(", ", Shape)}] and strides [{string.Join(", ", Strides)}], which is damaged";
        if (Storage.Count < 0 || Storage.Count > storageBytes / Storage.Width - Storage.First)
            return $"has a storage of {Storage.Count} numbers from {Storage.First}, but {storageBytes} bytes; it is cut off or damaged, "
                + "fetch it again";
        if (Count > Storage.Count)
            return $"says that it has {Count} elements, but its storage has {Storage.Count}; save a contiguous() one";
        try
        {
            var bytes = checked((Storage.First + Offset + Span) * Storage.Width);
            if (bytes > storageBytes && Count > 0)
                return $"ends at byte {bytes} of a storage of {storageBytes}; it is cut off or damaged, fetch it again";
            // Of such a one all that lies between its numbers is read.
            return !IsContiguous && Span * Storage.Width > Math.Max(MostSpread, MostStretch * ByteCount)
                ? $"has {Count} elements spread over {Span * Storage.Width} bytes; save a contiguous() one"
                : null;
        }
        catch (OverflowException)
        {
            return "has strides that lead out of any file; it is damaged";
        }
    }

    /// <summary>Reads some bytes of it, in the order of rows.</summary>
    public void Read(TorchStorages storages, Span<byte> bytes, long from)
    {
        var width = Storage.Width;
        if (IsContiguous)
        {
            storages.Read(Storage, (Storage.First + Offset) * width + from, bytes);
            return;
        }

        var all = new byte[Span * width];
        storages.Read(Storage, (Storage.First + Offset) * width, all);
        for (long element = from / width, end = (from + bytes.Length) / width, to = 0; element < end; element++, to += width)
        {
            var (at, rest) = (0L, element);
            for (var k = Shape.Length - 1; k >= 0; k--)
            {
                at += rest % Shape[k] * Strides[k];
                rest /= Shape[k];
            }

            all.AsSpan((int)(at * width), width).CopyTo(bytes[(int)to..]);
        }
    }

    private static long Product(long[] shape)
    {
        long product = 1;
        foreach (var extent in shape)
        {
            if (extent < 0 || Math.BigMul(product, extent, out var low) != 0 || low < 0) return -1;
            product = low;
        }

        return product;
    }
}
