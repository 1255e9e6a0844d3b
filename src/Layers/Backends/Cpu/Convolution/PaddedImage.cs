using MIOpenDarts.Layers.Backends.Cpu.Simd;

namespace MIOpenDarts.Layers.Backends.Cpu.Convolution;

/// <summary>
/// Shape of a copy of one image with a border, so that no kernel tests for the edge. With a stride the columns are sorted by
/// their remainder (phase): then the pixels that one tap reads for a row of outputs always lie one behind the other.
/// Layout: [row][phase][column][channel].
/// </summary>
/// <param name="Height">Rows of the image.</param>
/// <param name="Width">Columns of the image.</param>
/// <param name="Channels">Floats of a pixel.</param>
/// <param name="Top">Rows of border above.</param>
/// <param name="Left">Columns of border at the left.</param>
/// <param name="Rows">Rows of the copy.</param>
/// <param name="Columns">Columns of one phase of the copy.</param>
/// <param name="Phases">Horizontal stride.</param>
internal readonly record struct PaddedImage(int Height, int Width, int Channels, int Top, int Left, int Rows, int Columns, int Phases)
{
    /// <summary>Floats from one row to the next.</summary>
    public int RowPitch => Phases * Columns * Channels;

    /// <summary>Floats of the copy, with room for vectors that run over its end.</summary>
    public long Floats => (long)Rows * RowPitch + 2 * 16;

    /// <summary>The source of a forward pass, as wide as the window reaches.</summary>
    public static PaddedImage ForForward(int height, int width, int channels, Window2D window)
    {
        var rows = (window.OutputHeight(height) - 1) * window.StrideH + window.Dilation * (window.KernelH - 1) + 1;
        var columns = (window.OutputWidth(width) - 1) * window.StrideW + window.Dilation * (window.KernelW - 1) + 1;
        return new PaddedImage(
            height, width, channels, window.PaddingH, window.PaddingW, rows, (columns + window.StrideW - 1) / window.StrideW, window.StrideW);
    }

    /// <summary>Where column <paramref name="column"/> of row <paramref name="row"/> of the copy begins.</summary>
    public int Offset(int row, int column) => row * RowPitch + (column % Phases * Columns + column / Phases) * Channels;

    /// <summary>Copies <paramref name="image"/>: [Height, Width, Channels] with <paramref name="border"/> around it.</summary>
    public unsafe void Fill<S, V>(float* image, float* copy, float border)
        where S : struct, ISimd<V>
        where V : struct => FillRows<S, V>(image, copy, 0, Rows, border);

    /// <summary>
    /// Rows <paramref name="first"/> … <paramref name="end"/> − 1 of the copy, and what vectors may read behind them. Copying rows shortly before
    /// they are needed finds them in the first cache.
    /// </summary>
    public unsafe void FillRows<S, V>(float* image, float* copy, int first, int end, float border)
        where S : struct, ISimd<V>
        where V : struct
    {
        for (var row = first; row < end; row++)
        {
            var y = row - Top;
            var to = copy + (long)row * RowPitch;
            if ((uint)y >= (uint)Height)
            {
                new Span<float>(to, RowPitch).Fill(border);
                continue;
            }

            for (var phase = 0; phase < Phases; phase++, to += Columns * Channels)
            {
                // Column q of the phase shows column q·Phases + phase − Left of the image.
                var begin = Math.Clamp((Left - phase + Phases - 1) / Phases, 0, Columns);
                var stop = Math.Clamp((Width + Left - phase + Phases - 1) / Phases, begin, Columns);
                var x = begin * Phases + phase - Left;
                CopyPixels<S, V>(image + ((long)y * Width + x) * Channels, Phases * Channels, to + begin * Channels, stop - begin);
                new Span<float>(to, begin * Channels).Fill(border);
                new Span<float>(to + stop * Channels, (Columns - stop) * Channels).Fill(border);
            }
        }

        new Span<float>(copy + (long)end * RowPitch, 2 * 16).Fill(border);
    }

    private unsafe void CopyPixels<S, V>(float* from, int step, float* to, int pixels)
        where S : struct, ISimd<V>
        where V : struct
    {
        if (step == Channels)
        {
            new Span<float>(from, pixels * Channels).CopyTo(new Span<float>(to, pixels * Channels));
            return;
        }

        // A vector that runs into the next pixel is overwritten by that pixel, the last one by the border.
        for (var q = 0; q < pixels; q++, from += step, to += Channels)
            for (var c = 0; c < Channels; c += S.Width)
                S.Store(S.Load(from + c), to + c);
    }
}
