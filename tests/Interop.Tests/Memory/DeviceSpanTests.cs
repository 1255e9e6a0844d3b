using CsCheck;
using MIOpenDarts.Interop.Memory;

namespace MIOpenDarts.Interop.Tests.Memory;

public sealed class DeviceSpanTests
{
    private static readonly Gen<long> Any = Gen.OneOf(Gen.Long[-3, 120], Gen.Const(long.MinValue), Gen.Const(long.MaxValue),
        Gen.Const(long.MaxValue - 50));

    [Fact]
    public void A_slice_lies_inside_its_parent_or_is_refused() => Gen.Select(Any, Any).Holds((offset, bytes) =>
    {
        var parent = new DeviceSpan(null, 1000, 100);
        var inside = offset >= 0 && bytes >= 0 && (Int128)offset + bytes <= 100;
        try
        {
            var slice = parent.Slice(offset, bytes);
            return inside && slice.Offset == 1000 + offset && slice.Bytes == bytes;
        }
        catch (ArgumentOutOfRangeException)
        {
            return !inside;
        }
    });

    [Fact]
    public void Slices_of_slices_add_up() => Gen.Int[0, 100].SelectMany(a => Gen.Select(Gen.Const(a), Gen.Int[0, 100 - a])).Holds((a, b) =>
        new DeviceSpan(null, 0, 100).Slice(a, 100 - a).Slice(b, 100 - a - b) == new DeviceSpan(null, 0, 100).Slice(a + b, 100 - a - b));

    [Fact]
    public void Elements_are_counted_in_their_own_size()
    {
        var span = new DeviceSpan(null, 0, 100);
        Assert.Equal(span.Slice(8, 92), span.Elements<float>(2, 23));
        Assert.Throws<ArgumentOutOfRangeException>(() => span.Elements<float>(2, 24));
        Assert.Throws<OverflowException>(() => span.Elements<double>(long.MaxValue, 1));
    }

    [Fact]
    public void Too_little_memory_is_refused_with_both_sizes()
    {
        var e = Assert.Throws<ArgumentException>(() => DeviceSpan.None.AtLeast(16, "workspace"));
        Assert.StartsWith("workspace needs 16 bytes of device memory and got 0.", e.Message, StringComparison.Ordinal);
    }
}
