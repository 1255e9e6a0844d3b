using MIOpenDarts.Layers.Backends;

namespace MIOpenDarts.Darts.Compression.Quantisation;

/// <summary>max(x, 0) as the greater of byte and zero point. x and y: [C,H,W].</summary>
internal sealed class ByteRelu(int[] sources, ByteValue[] from, ByteValue to) : IntegerLayer("relu", sources, from, to)
{
    /// <inheritdoc/>
    public override void Run(byte[][] x, byte[] y)
    {
        for (var i = 0; i < y.Length; i++) y[i] = Math.Max(x[0][i], To.Scale.ZeroPoint);
    }
}

/// <summary>Greatest byte of a window; the border does not count. x: [C,H,W], y: [C,H',W'].</summary>
internal sealed class ByteMaxPool(int[] sources, ByteValue[] from, ByteValue to, Window2D window)
    : IntegerLayer("max pool", sources, from, to)
{
    /// <summary>Geometry.</summary>
    public Window2D Window => window;

    /// <inheritdoc/>
    public override void Run(byte[][] x, byte[] y)
    {
        for (var i = 0; i < y.Length; i++)
        {
            byte greatest = 0;
            foreach (var q in new PoolWindow(window, From[0], To, x[0], i)) greatest = Math.Max(greatest, q);
            y[i] = greatest;
        }
    }
}

/// <summary>Channels of zeros before and after those of x. x: [C,H,W], y: [before+C+after,H,W].</summary>
internal sealed class BytePad(int[] sources, ByteValue[] from, ByteValue to, int before) : IntegerLayer("pad", sources, from, to)
{
    /// <summary>Channels before those of x.</summary>
    public int Before => before;

    /// <summary>Channels after them.</summary>
    public int After => To.Channels - From[0].Channels - before;

    /// <inheritdoc/>
    public override void Run(byte[][] x, byte[] y)
    {
        Array.Fill(y, To.Scale.ZeroPoint);
        x[0].CopyTo(y, before * To.Pixels);
    }
}

/// <summary>Zeros in the extent of x at a stride. x: [C,H,W], y: [C,⌈H/stride⌉,⌈W/stride⌉].</summary>
internal sealed class ByteZero(int[] sources, ByteValue[] from, ByteValue to, int stride) : IntegerLayer("zero", sources, from, to)
{
    /// <summary>1 or 2.</summary>
    public int Stride => stride;

    /// <inheritdoc/>
    public override void Run(byte[][] x, byte[] y) => Array.Fill(y, To.Scale.ZeroPoint);
}

/// <summary>The bytes of an image that lie under a pool's window for one number of the result.</summary>
internal ref struct PoolWindow(Window2D window, ByteValue from, ByteValue to, ReadOnlySpan<byte> x, int result)
{
    private readonly ReadOnlySpan<byte> plane = x.Slice(result / to.Pixels * from.Pixels, from.Pixels);
    private readonly int firstRow = result % to.Pixels / to.Width * window.StrideH - window.PaddingH;
    private readonly int firstColumn = result % to.Width * window.StrideW - window.PaddingW;
    private int tap = -1;

    /// <summary>The byte under the tap.</summary>
    public byte Current { get; private set; }

    /// <summary>Itself.</summary>
    public readonly PoolWindow GetEnumerator() => this;

    /// <summary>Goes to the next tap inside the image.</summary>
    public bool MoveNext()
    {
        while (++tap < window.Taps)
        {
            var (row, column) = (firstRow + tap / window.KernelW, firstColumn + tap % window.KernelW);
            if ((uint)row >= (uint)from.Height || (uint)column >= (uint)from.Width) continue;
            Current = plane[row * from.Width + column];
            return true;
        }

        return false;
    }
}
