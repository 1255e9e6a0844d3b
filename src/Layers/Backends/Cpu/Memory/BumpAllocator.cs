namespace MIOpenDarts.Layers.Backends.Cpu.Memory;

/// <summary>
/// Hands out a block of memory piece by piece. At address zero it only counts, so that one and the same routine both measures what an
/// operation needs and lays it out.
/// </summary>
internal unsafe struct BumpAllocator(float* start)
{
    private const int Line = 16;

    /// <summary>Floats handed out so far.</summary>
    public nint Used { get; private set; }

    /// <summary>Whether pieces have real addresses.</summary>
    public readonly bool IsReal => start != null;

    /// <summary>The next <paramref name="floats"/> floats, on a cache line of their own, with a line of slack after them.</summary>
    public float* Take(nint floats) => start + TakeOffset(floats);

    /// <summary>Like <see cref="Take(nint)"/>, as a distance from the start: the same place in every thread's memory.</summary>
    public nint TakeOffset(nint floats)
    {
        var piece = Used;
        Used += (floats + 2 * Line - 1) / Line * Line;
        return piece;
    }

    /// <summary>
    /// The same, an odd number of lines after another piece: where a kernel reads every second line of one and writes every second of the
    /// other, no two of their addresses end in the same 12 bits, which a processor would take for one place until it has compared all of
    /// them.
    /// </summary>
    public nint TakeOffset(nint floats, nint other)
    {
        if ((Used - other) / Line % 2 == 0) Used += Line;
        return TakeOffset(floats);
    }

    /// <summary>Ends no earlier than another that began at the same place: pieces of both are never in use together.</summary>
    public void Cover(in BumpAllocator other) => Used = Math.Max(Used, other.Used);

    /// <summary>Room for <paramref name="count"/> values of another type.</summary>
    public T* Take<T>(int count)
        where T : unmanaged => (T*)Take((nint)count * sizeof(T) / sizeof(float) + 1);
}
