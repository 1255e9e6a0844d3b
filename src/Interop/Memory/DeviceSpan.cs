using System.Runtime.CompilerServices;
using MIOpenDarts.Interop.Handles;

namespace MIOpenDarts.Interop.Memory;

/// <summary>
/// A range of bytes in a <see cref="DeviceBuffer"/>. Every slice is checked against its parent; the default value is the null pointer.
/// </summary>
public readonly struct DeviceSpan : IEquatable<DeviceSpan>
{
    internal DeviceSpan(DeviceBuffer? owner, long offset, long bytes)
    {
        Owner = owner;
        Offset = offset;
        Bytes = bytes;
    }

    /// <summary>The null pointer, for arguments that a library allows to be left out.</summary>
    public static DeviceSpan None => default;

    /// <summary>The buffer that the range lies in; null for <see cref="None"/>.</summary>
    public DeviceBuffer? Owner { get; }

    /// <summary>Distance in bytes from the buffer's start.</summary>
    public long Offset { get; }

    /// <summary>Length in bytes.</summary>
    public long Bytes { get; }

    /// <summary>Whether this is the null pointer.</summary>
    public bool IsNone => Owner is null;

    /// <summary>A part of the range.</summary>
    /// <param name="offset">Distance from this range's start, in bytes.</param>
    /// <param name="bytes">Length in bytes.</param>
    /// <exception cref="ArgumentOutOfRangeException">The part does not lie inside.</exception>
    public DeviceSpan Slice(long offset, long bytes)
    {
        if (offset < 0 || bytes < 0 || offset > Bytes - bytes)
        {
            throw new ArgumentOutOfRangeException(nameof(offset),
                $"Bytes {offset} to {offset + bytes} do not lie in a device range of {Bytes} bytes.");
        }
        return new DeviceSpan(Owner, Offset + offset, bytes);
    }

    /// <summary>A part of the range, counted in elements.</summary>
    /// <param name="start">First element.</param>
    /// <param name="count">Number of elements.</param>
    /// <exception cref="ArgumentOutOfRangeException">The part does not lie inside.</exception>
    public DeviceSpan Elements<T>(long start, long count)
        where T : unmanaged => Slice(checked(start * Unsafe.SizeOf<T>()), checked(count * Unsafe.SizeOf<T>()));

    /// <inheritdoc/>
    public bool Equals(DeviceSpan other) => Owner == other.Owner && Offset == other.Offset && Bytes == other.Bytes;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is DeviceSpan other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Owner, Offset, Bytes);

    /// <summary>Whether both are the same range of the same buffer.</summary>
    public static bool operator ==(DeviceSpan left, DeviceSpan right) => left.Equals(right);

    /// <summary>Whether they differ in buffer, offset or length.</summary>
    public static bool operator !=(DeviceSpan left, DeviceSpan right) => !left.Equals(right);

    /// <summary>The device address, valid as long as the lease is held.</summary>
    internal unsafe void* In(Leases held) => Owner is null ? null : (void*)(held[Owner] + (nint)Offset);

    /// <summary>This range, if it has at least the bytes that a call is going to touch.</summary>
    internal DeviceSpan AtLeast(long bytes, string name)
    {
        if (Bytes < bytes)
        {
            throw new ArgumentException($"{name} needs {bytes} bytes of device memory and got {Bytes}.", name);
        }
        return this;
    }
}
