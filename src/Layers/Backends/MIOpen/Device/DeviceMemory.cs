using MIOpenDarts.Interop.Devices;
using MIOpenDarts.Interop.Errors;
using MIOpenDarts.Interop.Memory;
using MIOpenDarts.Interop.Streams;

namespace MIOpenDarts.Layers.Backends.MIOpen.Device;

/// <summary>
/// The device memory of one backend: who owns an address, copies through page-locked memory in the order of the stream, and one block that
/// every operation may use while it runs.
/// </summary>
internal sealed class DeviceMemory(HipDevice device, HipStream stream) : IDisposable
{
    private const long StagingBytes = 1 << 20;
    private readonly List<DeviceStorage> blocks = [];
    private PinnedBuffer? staging;
    private long staged;
    private DeviceStorage? scratch;
    private DeviceStorage? partials;

    /// <summary>Bytes that are allocated.</summary>
    public long Bytes => blocks.Sum(b => b.Bytes);

    /// <summary>Zeroed memory.</summary>
    /// <exception cref="OutOfMemoryException">The device does not have that much.</exception>
    public DeviceStorage Allocate(long bytes)
    {
        DeviceBuffer buffer;
        try
        {
            buffer = DeviceBuffer.Allocate(device, Math.Max(bytes, 64));
        }
        catch (HipException e) when (e.IsOutOfMemory)
        {
            throw new InsufficientMemoryException(
                $"{device} gave no block of {(bytes + 1023) >> 10} KiB; "
                + $"{device.FreeMemory >> 20} of {device.TotalMemory >> 20} MiB are free.", e);
        }

        var storage = new DeviceStorage(this, buffer);
        try
        {
            stream.Fill(buffer.Span, (byte)0);
        }
        catch
        {
            buffer.Dispose();
            throw;
        }

        var at = blocks.FindIndex(b => b.Address > storage.Address);
        blocks.Insert(at < 0 ? blocks.Count : at, storage);
        return storage;
    }

    /// <summary>Gives memory back when the work that may use it is done.</summary>
    public void Free(DeviceStorage storage)
    {
        if (!blocks.Remove(storage)) return;
        try
        {
            if (!stream.IsClosed) stream.Synchronize();
        }
        catch (HipException)
        {
            // The work is lost; its memory is given back all the same, as this may run on the way out of that very failure.
        }

        storage.Buffer.Dispose();
    }

    /// <summary>The range that lies at an address.</summary>
    /// <exception cref="ArgumentException">The address is not of this device, or the range reaches beyond its block.</exception>
    public DeviceSpan Span(nint address, long bytes)
    {
        var (low, high) = (0, blocks.Count - 1);
        while (low < high)
        {
            var middle = (low + high + 1) / 2;
            if (blocks[middle].Address <= address) low = middle;
            else high = middle - 1;
        }

        if (blocks.Count == 0 || address < blocks[low].Address)
            throw new ArgumentException($"Address {address:x} was not allocated on {device}.", nameof(address));
        return blocks[low].Buffer.Span.Slice(address - blocks[low].Address, bytes);
    }

    /// <summary>Memory for the operation under way; the next one may overwrite it. Grows with the largest operation.</summary>
    public nint Scratch(long bytes) => Grown(ref scratch, bytes);

    /// <summary>
    /// Like <see cref="Scratch"/>, apart from it: for partial sums that live while an operation uses scratch memory for something else.
    /// </summary>
    public nint Partials(long bytes) => Grown(ref partials, bytes);

    /// <summary>Copies to the device. Later work sees it; the source may be changed at once.</summary>
    public void Upload(ReadOnlySpan<byte> source, nint target)
    {
        while (source.Length > 0)
        {
            var bytes = (int)Math.Min(source.Length, StagingBytes);
            if (staged + bytes > StagingBytes) Wait();
            source[..bytes].CopyTo(Staging.AsSpan<byte>()[(int)staged..]);
            stream.Upload(Staging, Span(target, bytes), staged);
            staged += (bytes + 63) / 64 * 64;
            source = source[bytes..];
            target += bytes;
        }
    }

    /// <summary>Copies from the device and waits.</summary>
    public void Download(nint source, Span<byte> target)
    {
        while (target.Length > 0)
        {
            var bytes = (int)Math.Min(target.Length, StagingBytes);
            if (staged > 0) Wait();
            stream.Download(Span(source, bytes), Staging);
            Wait();
            Staging.AsSpan<byte>()[..bytes].CopyTo(target);
            source += bytes;
            target = target[bytes..];
        }
    }

    /// <summary>Waits for the stream, after which the staging memory is free again.</summary>
    public void Wait()
    {
        stream.Synchronize();
        staged = 0;
    }

    /// <summary>Frees everything, also what an operation that failed has left behind.</summary>
    public void Dispose()
    {
        foreach (var block in blocks.ToArray()) block.Dispose();
        staging?.Dispose();
    }

    private nint Grown(ref DeviceStorage? block, long bytes)
    {
        if (block is null || block.Bytes < bytes)
        {
            block?.Dispose();
            block = null;
            block = Allocate((bytes + (1 << 16)) / (1 << 16) * (1 << 16));
        }

        return block.Address;
    }

    private PinnedBuffer Staging => staging ??= PinnedBuffer.Allocate(device, StagingBytes);
}
