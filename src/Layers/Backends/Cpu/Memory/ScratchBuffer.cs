using MIOpenDarts.Layers.Tensors;

namespace MIOpenDarts.Layers.Backends.Cpu.Memory;

/// <summary>Native memory for the duration of one operation. It grows to the largest request and stays, so that a step allocates nothing.</summary>
internal sealed unsafe class ScratchBuffer : IDisposable
{
    // Vectors are read and written past the last element that counts.
    private const int SlackFloats = 64;
    private HostStorage? storage;

    /// <summary>At least <paramref name="count"/> floats, aligned to a cache line. Earlier addresses are void, contents are arbitrary numbers.</summary>
    public float* Floats(long count)
    {
        var bytes = (count + SlackFloats) * sizeof(float);
        if (storage is null || storage.Bytes < bytes)
        {
            storage?.Dispose();
            storage = new HostStorage(bytes);
        }

        return (float*)storage.Address;
    }

    /// <summary>At least <paramref name="count"/> doubles.</summary>
    public double* Doubles(long count) => (double*)Floats(2 * count);

    /// <inheritdoc/>
    public void Dispose() => storage?.Dispose();
}
