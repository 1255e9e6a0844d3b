namespace MIOpenDarts.Layers.Backends.Cpu.Convolution;

/// <summary>The taps that meet at one output: which filter number each has and where its pixel lies, in floats from the output's own place.</summary>
internal readonly unsafe struct Taps(int count, int* filter, int* offset)
{
    public readonly int Count = count;
    public readonly int* Filter = filter;
    public readonly int* Offset = offset;
}

/// <summary>
/// The taps of a window in forward and in backward direction. Going back through a stride, the taps fall into StrideH x StrideW
/// classes by the source pixel's remainder; each class is a convolution of diffDst with stride one.
/// </summary>
internal readonly unsafe struct TapTable
{
    private readonly Window2D window;
    private readonly int* filter;
    private readonly int* offset;
    private readonly int* start;

    private TapTable(Window2D window, int* memory)
    {
        this.window = window;
        filter = memory;
        offset = filter + window.Taps;
        start = offset + window.Taps;
    }

    /// <summary>Integers of memory that a table needs.</summary>
    public static int Integers(Window2D window) => 2 * window.Taps + window.StrideH * window.StrideW + 1;

    /// <summary>Taps over a padded source.</summary>
    public static Taps Forward(Window2D window, PaddedImage image, int* memory)
    {
        var table = new TapTable(window, memory);
        for (var t = 0; t < window.Taps; t++)
        {
            table.filter[t] = t;
            table.offset[t] = image.Offset(t / window.KernelW * window.Dilation, t % window.KernelW * window.Dilation);
        }

        return new Taps(window.Taps, table.filter, table.offset);
    }

    /// <summary>Taps over a padded diffDst of <paramref name="dstH"/> x <paramref name="dstW"/> pixels, and the shape of that copy.</summary>
    public static TapTable Backward(Window2D window, int srcH, int srcW, int dstH, int dstW, int channels, int* memory, out PaddedImage image)
    {
        var table = new TapTable(window, memory);
        var (top, rows) = Reach(window.KernelH, window.StrideH, window.PaddingH, window.Dilation, srcH);
        var (left, columns) = Reach(window.KernelW, window.StrideW, window.PaddingW, window.Dilation, srcW);
        image = new PaddedImage(dstH, dstW, channels, top, left, rows, columns, 1);
        var t = 0;
        for (var phase = 0; phase < window.StrideH * window.StrideW; phase++)
        {
            table.start[phase] = t;
            for (var k = 0; k < window.Taps; k++)
            {
                var h = phase / window.StrideW + window.PaddingH - k / window.KernelW * window.Dilation;
                var w = phase % window.StrideW + window.PaddingW - k % window.KernelW * window.Dilation;
                if (h % window.StrideH != 0 || w % window.StrideW != 0) continue;
                table.filter[t] = k;
                table.offset[t++] = image.Offset(h / window.StrideH + top, 0) + (w / window.StrideW + left) * channels;
            }
        }

        table.start[window.StrideH * window.StrideW] = t;
        return table;
    }

    /// <summary>Taps of source pixels whose remainders are <paramref name="phaseH"/> and <paramref name="phaseW"/>.</summary>
    public Taps Class(int phaseH, int phaseW)
    {
        var first = start[phaseH * window.StrideW + phaseW];
        return new Taps(start[phaseH * window.StrideW + phaseW + 1] - first, filter + first, offset + first);
    }

    /// <summary>Taps in the classes before this one.</summary>
    public int Before(int phaseH, int phaseW) => start[phaseH * window.StrideW + phaseW];

    /// <summary>Border before diffDst and length of the copy in one direction, so that every tap of every source pixel lies inside.</summary>
    private static (int Before, int Length) Reach(int kernel, int stride, int padding, int dilation, int size)
    {
        var (before, last) = (0, 0);
        for (var phase = 0; phase < stride; phase++)
            for (var k = 0; k < kernel; k++)
            {
                var shift = phase + padding - k * dilation;
                if (shift % stride != 0 || phase >= size) continue;
                before = Math.Max(before, -shift / stride);
                last = Math.Max(last, (size - 1 - phase) / stride + shift / stride);
            }

        return (before, before + last + 1);
    }
}
