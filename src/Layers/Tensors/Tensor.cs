namespace MIOpenDarts.Layers.Tensors;

/// <summary>
/// A place in a backend's memory with a logical shape. How the elements lie there is the backend's business;
/// whoever wants to see them asks the backend to read or write them.
/// </summary>
/// <typeparam name="T">Element type: float or double for numbers, int for labels, byte for pool indices.</typeparam>
/// <param name="name">What error texts and memory forecasts call it.</param>
/// <param name="capacity">Largest extent; a smaller last batch uses a prefix.</param>
public sealed class Tensor<T>(string name, Shape capacity)
    where T : unmanaged
{
    /// <summary>What error texts and memory forecasts call it.</summary>
    public string Name { get; } = name;

    /// <summary>Planned extent.</summary>
    public Shape Capacity { get; } = capacity;

    /// <summary>Extent at this step: the planned one, but for the number of images of the batch under way.</summary>
    public Shape Shape { get; private set; } = capacity;

    /// <summary>Address of the first element; zero until the memory is bound.</summary>
    public nint Address { get; private set; }

    /// <summary>Gradient of the loss with respect to this tensor, or null where nobody needs one.</summary>
    public Tensor<T>? Diff { get; set; }

    /// <summary>
    /// Tensors of which this one's channels consist, in order; they lie <see cref="SegmentStride"/> elements apart from its address on.
    /// Empty for a tensor of its own. Only an operation that says so (<c>CanReadSegments</c>) understands one in segments.
    /// </summary>
    public IReadOnlyList<Tensor<T>> Segments { get; init; } = [];

    /// <summary>Elements from the first of a segment to the first of the next.</summary>
    public nint SegmentStride { get; init; }

    /// <summary>Gives the tensor its memory. The owner of the memory must outlive the tensor.</summary>
    public void Bind(nint address) => Address = address;

    /// <summary>Sets the number of images of the batch under way.</summary>
    /// <exception cref="ArgumentOutOfRangeException">More images than were planned.</exception>
    public void SetBatch(int images)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(images, Capacity.N);
        Shape = Capacity with { N = images };
    }

    /// <inheritdoc/>
    public override string ToString() => $"{Name} {Shape}";
}
