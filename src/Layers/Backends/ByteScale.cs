namespace MIOpenDarts.Layers.Backends;

/// <summary>
/// Numbers as bytes: x ≈ step · (q − zero point), with q from 0 to 255, as <c>QuantizeLinear</c> of ONNX has it.
/// </summary>
/// <param name="Step">What one step of q is worth; over zero.</param>
/// <param name="ZeroPoint">The byte that is zero.</param>
internal readonly record struct ByteScale(float Step, byte ZeroPoint)
{
    /// <summary>Least q − zero point.</summary>
    public int Low => -ZeroPoint;

    /// <summary>Greatest q − zero point.</summary>
    public int High => byte.MaxValue - ZeroPoint;

    /// <summary>The scale that spreads all bytes over a range, widened to hold zero, which becomes exact.</summary>
    public static ByteScale Over(float minimum, float maximum)
    {
        (minimum, maximum) = (MathF.Min(minimum, 0), MathF.Max(maximum, 0));
        var step = (float)(((double)maximum - minimum) / byte.MaxValue);
        // A channel or value that is always zero; dividing by less than a normal number would overflow.
        if (!(step >= MinimumNormal)) return new ByteScale(1, 0);
        return new ByteScale(step, (byte)Math.Clamp(MathF.Round(-minimum / step), 0, byte.MaxValue));
    }

    /// <summary>The byte of a number: the nearest, of two the even one, within the range.</summary>
    public byte Quantise(float x) => Round(x / Step);

    /// <summary>The byte of a number that is given in steps.</summary>
    public byte Round(float steps) => (byte)(Math.Clamp(MathF.Round(steps), Low, High) + ZeroPoint);

    /// <summary>The number of the byte of x; what is no number stays so.</summary>
    public float Nearest(float x) => Step * Math.Clamp(MathF.Round(x / Step), Low, High);

    /// <summary>The number of a byte.</summary>
    public float Value(byte q) => Step * (q - ZeroPoint);

    /// <summary>Whether a number lies in the range, so that its gradient passes.</summary>
    public bool Holds(float x) => MathF.Round(x / Step) is var steps && steps >= Low && steps <= High;

    private const float MinimumNormal = 1.17549435e-38f;
}
