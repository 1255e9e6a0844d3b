namespace MIOpenDarts.Layers.Backends.Reference;

/// <summary>A run of numbers in host memory. Like a span, but it can stand in a tuple and in a closure.</summary>
internal readonly unsafe struct Values<T>(T* first, int length)
    where T : unmanaged
{
    private readonly T* first = first;

    public int Length { get; } = length;

    public ref T this[int index] => ref AsSpan()[index];

    public Span<T> AsSpan() => new(first, Length);

    public Values<T> Slice(int start, int count) => new(first + start, count);

    public void CopyTo(Values<T> other) => AsSpan().CopyTo(other.AsSpan());

    public void Fill(T value) => AsSpan().Fill(value);

    public Span<T>.Enumerator GetEnumerator() => AsSpan().GetEnumerator();
}
