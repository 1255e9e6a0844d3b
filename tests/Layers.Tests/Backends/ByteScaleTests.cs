using CsCheck;
using MIOpenDarts.Layers.Backends;

namespace MIOpenDarts.Layers.Tests.Backends;

/// <summary>Numbers as bytes lose half a step at most, and zero nothing.</summary>
public class ByteScaleTests
{
    private static readonly Gen<(float Minimum, float Maximum, float Share)> Ranges =
        from low in Gen.Float[-1000, 1000]
        from width in Gen.Float[1e-3f, 2000]
        from share in Gen.Float[0, 1]
        select (low, low + width, share);

    [Fact]
    public void A_number_in_the_range_comes_back_within_half_a_step()
    {
        Ranges.Holds(c =>
        {
            var scale = ByteScale.Over(c.Minimum, c.Maximum);
            foreach (var x in new[] { c.Minimum, c.Maximum, c.Minimum + c.Share * (c.Maximum - c.Minimum) })
                Assert.InRange(Math.Abs((double)scale.Value(scale.Quantise(x)) - x), 0, 0.5000001 * scale.Step + 1e-6 * Math.Abs(x));
        }, 500);
    }

    [Fact]
    public void Zero_is_exact_and_what_is_rounded_stays()
    {
        Ranges.Holds(c =>
        {
            var scale = ByteScale.Over(c.Minimum, c.Maximum);
            Assert.Equal(0, scale.Value(scale.Quantise(0)));
            Assert.Equal(scale.ZeroPoint, scale.Quantise(0));
            for (var q = 0; q <= byte.MaxValue; q++)
            {
                Assert.Equal(q, scale.Quantise(scale.Value((byte)q)));
                Assert.Equal(scale.Value((byte)q), scale.Nearest(scale.Value((byte)q)));
            }
        }, 200);
    }

    [Fact]
    public void Halves_go_to_the_even_number_and_what_is_beyond_the_range_to_its_end()
    {
        var scale = new ByteScale(2, 10);
        Assert.Equal([10, 12, 12, 0, 255], new float[] { 1, 3, 5, -100, 1000 }.Select(scale.Quantise).Select(q => (int)q));
        Assert.Equal([true, false], new[] { 490.9f, 491.1f }.Select(scale.Holds));
    }

    [Fact]
    public void A_value_that_is_always_zero_has_a_scale_that_divides()
    {
        Assert.Equal(new ByteScale(1, 0), ByteScale.Over(0, 0));
        Assert.Equal(new ByteScale(1, 0), ByteScale.Over(0, 1e-40f));
    }
}
